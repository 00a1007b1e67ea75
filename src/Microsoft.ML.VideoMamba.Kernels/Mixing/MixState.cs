using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What the forward pass keeps for the backward pass; convolutions and step sizes are computed again.</summary>
/// <param name="Selections">For each direction (dt | B | C), (batch · length, dt_rank + 2 d_state).</param>
/// <param name="Scan">The scan's own.</param>
internal sealed record MixState(IReadOnlyList<Tensor> Selections, ScanCheckpoints Scan)
{
    /// <summary>For saving.</summary>
    public List<Tensor> ToList() => [.. Selections, .. Scan.States, Scan.Sums!];

    /// <summary>From what <see cref="ToList"/> gave.</summary>
    public static MixState FromList(IReadOnlyList<Tensor> saved)
    {
        int directions = (saved.Count - 1) / 2;
        return new MixState([.. saved.Take(directions)], new ScanCheckpoints([.. saved.Skip(directions).Take(directions)], saved[^1]));
    }
}
