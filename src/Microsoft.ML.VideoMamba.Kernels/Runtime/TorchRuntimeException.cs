namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>libtorch could not be loaded. The message is one line that says what is missing and how to get it.</summary>
public sealed class TorchRuntimeException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line: what is missing and how to get it.</param>
    /// <param name="inner">What the loader said.</param>
    public TorchRuntimeException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
