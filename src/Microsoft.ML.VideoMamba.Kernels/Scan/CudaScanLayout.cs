namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What the CUDA scan is compiled for. Rows are given in elements from one token to the next, so that operands can be parts of wider rows.</summary>
/// <param name="Channels">A multiple of 8.</param>
/// <param name="Float32">Whether activations are float32; else bfloat16.</param>
/// <param name="Softplus">Whether softplus is applied to delta.</param>
/// <param name="Gate">Whether there is a z.</param>
/// <param name="DeltaRow">Row of delta; a multiple of 8. The backward scan takes delta in a tensor of its own.</param>
/// <param name="ZRow">Row of z; a multiple of 8.</param>
/// <param name="BCRow">Row of B and C; a multiple of 8.</param>
/// <param name="YRow">Row of y; a multiple of 8.</param>
/// <param name="DyRow">Row of y's gradient; a multiple of 8.</param>
/// <param name="OutputsAgain">Whether the backward scan writes y, for who kept it not; needs a gate.</param>
internal readonly record struct CudaScanLayout(int Channels, bool Float32, bool Softplus, bool Gate, int DeltaRow, int ZRow, int BCRow, int YRow, int DyRow, bool OutputsAgain = false)
{
    /// <summary>Operands in tensors of their own.</summary>
    public static CudaScanLayout Plain(int channels, bool float32, bool softplus, bool gate) =>
        new(channels, float32, softplus, gate, channels, channels, 2 * CudaScan.States, channels, channels);
}
