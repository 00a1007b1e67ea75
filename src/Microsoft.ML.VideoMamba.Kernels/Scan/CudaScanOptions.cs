namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What a scan of the CUDA face is told beside its tensors.</summary>
/// <param name="DeltaSoftplus">Whether softplus is applied to delta.</param>
/// <param name="First">The way that the first direction walks; a second walks the other.</param>
internal sealed record CudaScanOptions(bool DeltaSoftplus, SequenceDirection First)
{
    /// <summary>As the kernels want it.</summary>
    public int Reverse => First == SequenceDirection.Reverse ? 1 : 0;
}
