namespace Microsoft.ML.VideoMamba.Kernels;

/// <summary>Which implementation of a kernel runs. All give the same numbers within rounding.</summary>
public enum KernelFace
{
    /// <summary>The fastest one that exists for the tensors' device.</summary>
    Auto,

    /// <summary>Plain torch operations in the paper's symbols: the specification, on any device, slow.</summary>
    Reference,

    /// <summary>SIMD code on all cores, for tensors in main memory.</summary>
    Cpu,

    /// <summary>CUDA kernels compiled at first use for the card that the tensors are on.</summary>
    Cuda,
}
