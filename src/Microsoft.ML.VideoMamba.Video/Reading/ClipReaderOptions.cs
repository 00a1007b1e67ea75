using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>How many files are read at once and what happens to those that cannot be read.</summary>
public sealed record ClipReaderOptions
{
    /// <summary>Files decoded at once; 0 (default) is the number of cores.</summary>
    public int Workers { get; init; }

    /// <summary>Files that are decoded or being decoded ahead of the consumer, which bounds memory; 0 (default) is twice the workers.</summary>
    public int Capacity { get; init; }

    /// <summary>What happens when a file cannot be read.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Throw;

    /// <summary>Seed of the draws of <see cref="FailurePolicy.Substitute"/>: with the same files and seed the same ones stand in.</summary>
    public int Seed { get; init; }

    /// <summary>How each file is decoded. Threads of 0 share the cores: one for each file of many, all of them for a single one.</summary>
    public VideoDecoderOptions Decoder { get; init; } = VideoDecoderOptions.Default;
}
