using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>The order in which an epoch goes through a set: each clip once, or several times in a row under repeated augmentation.</summary>
/// <remarks>Hoffer et al., arXiv 1901.09335; image_sm/samplers.py and the video recipes' num_sample.</remarks>
internal static class EpochOrder
{
    /// <summary>Draws an order.</summary>
    /// <param name="count">Clips of the set.</param>
    /// <param name="augmentation">How clips are repeated.</param>
    /// <param name="random">Makes all draws.</param>
    /// <returns>Indices of clips. With <see cref="RepeatedAugmentation.KeepsLength"/> as many as the set has, so that only a part of it appears.</returns>
    public static int[] Draw(int count, RepeatedAugmentation augmentation, Random random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        if (augmentation.Repeats == 1) return order;
        var repeated = order.SelectMany(index => Enumerable.Repeat(index, augmentation.Repeats));
        return [.. augmentation.KeepsLength ? repeated.Take(count) : repeated];
    }
}
