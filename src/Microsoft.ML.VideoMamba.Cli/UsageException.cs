namespace Microsoft.ML.VideoMamba.Cli;

/// <summary>A value on the command line is well-formed but cannot be meant, such as a frame count that contradicts the checkpoint.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
