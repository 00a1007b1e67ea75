namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>The CUDA driver, its compiler or a library refused a call. The message names the call and the driver's own error.</summary>
public sealed class CudaException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line: the call, the error's name and what it means; for a compilation the log follows.</param>
    /// <param name="inner">What a loader said.</param>
    public CudaException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
