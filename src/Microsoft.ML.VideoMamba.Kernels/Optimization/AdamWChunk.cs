using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>The struct of that name in adamw.cu: elements that one block takes, all of one group.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWChunk
{
    /// <summary>Elements of a chunk, but for a group's last.</summary>
    public const int Elements = 4096;

    /// <summary>Elements that a thread takes at a time.</summary>
    private const int Width = 4;

    public long Start;
    public int Count, Unused;
    public double RateScale, Decay;

    /// <summary>Cuts the groups, which lie one after another, into chunks.</summary>
    /// <param name="groups">In the order in which they lie.</param>
    /// <exception cref="ArgumentException">A group's length is no multiple of four, or there is none.</exception>
    public static AdamWChunk[] Cut(IReadOnlyList<OptimizerGroup> groups)
    {
        var chunks = new List<AdamWChunk>();
        long start = 0;
        foreach (var group in groups)
        {
            if (group.Length <= 0 || group.Length % Width != 0) throw new ArgumentException($"A group's length must be a multiple of {Width} from {Width} up; one is {group.Length}.", nameof(groups));
            for (long done = 0; done < group.Length; done += Elements)
            {
                chunks.Add(new AdamWChunk { Start = start + done, Count = (int)Math.Min(Elements, group.Length - done), RateScale = group.LearningRateScale, Decay = group.WeightDecay });
            }

            start += group.Length;
        }

        return chunks.Count > 0 ? [.. chunks] : throw new ArgumentException("There is no group.", nameof(groups));
    }
}
