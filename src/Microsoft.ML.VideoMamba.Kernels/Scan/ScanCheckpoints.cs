using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What the forward scan keeps for the backward pass.</summary>
/// <param name="States">For each direction the states before its chunks, (batch, chunk, block, padded d_state, lane), float32.</param>
/// <param name="Sums">The outputs' sum over the directions ahead of the gate, (batch, length, channels), float32, or null where there is no gate.</param>
internal sealed record ScanCheckpoints(IReadOnlyList<Tensor> States, Tensor? Sums)
{
    public unsafe float*[] Addresses
    {
        get
        {
            var addresses = new float*[States.Count];
            for (int i = 0; i < addresses.Length; i++) addresses[i] = (float*)TensorMemory.Address(States[i]);
            return addresses;
        }
    }

    /// <summary>Makes room.</summary>
    public static ScanCheckpoints Empty(ScanSize size, int directions, bool gated) => new(
        [.. Enumerable.Range(0, directions).Select(_ => empty([size.Batch, size.Chunks, size.Blocks, size.PaddedStates, size.Lanes]))],
        gated ? empty(size.Batch, size.Length, size.Channels) : null);
}
