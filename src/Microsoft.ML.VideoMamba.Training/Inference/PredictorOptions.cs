using Microsoft.ML.VideoMamba.Models;

namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>How a checkpoint becomes a <see cref="VideoMambaPredictor"/>. All that is left out is read off the file.</summary>
public sealed record PredictorOptions
{
    /// <summary>Key of the state dict inside a PyTorch file, such as <c>model_ema</c>; null for the usual ones.</summary>
    public string? Root { get; init; }

    /// <summary>A name for each class; null for those in the file, if it has any.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Frames of a clip; positions are interpolated where they differ from the file's.</summary>
    public int? Frames { get; init; }

    /// <summary>Height of a frame in pixels; positions are interpolated where it differs from the file's.</summary>
    public int? Height { get; init; }

    /// <summary>Width of a frame in pixels; positions are interpolated where it differs from the file's.</summary>
    public int? Width { get; init; }

    /// <summary>Scan order of a file that does not say it; refused where it contradicts one that does.</summary>
    public ScanOrder? ScanOrder { get; init; }

    /// <summary>Step between patches of a file that does not say it; refused where it contradicts one that does.</summary>
    public int? Stride { get; init; }

    /// <summary>How many views of a video are averaged; null for one.</summary>
    public ViewOptions? Views { get; init; }

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for the first CUDA device where there is one, else the CPU.</summary>
    public string? Device { get; init; }

    /// <summary>What the network computes in; <see cref="VideoMambaPredictor.Precision"/> says what it came to.</summary>
    public InferencePrecision Precision { get; init; }
}
