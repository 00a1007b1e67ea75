namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>
/// What a user says of a foreign file that cannot be seen on its tensors. It describes the file, and is refused where it contradicts the tensors' shapes or the
/// file's own configuration; to run a model at other sizes, change the configuration and let <see cref="CheckpointLoader"/> adapt the weights.
/// </summary>
public sealed record ConfigOverrides
{
    /// <summary>Frames of a clip; null for positions times tubelet.</summary>
    public int? Frames { get; init; }

    /// <summary>Height in pixels; null for a square of the positions, or what the width leaves.</summary>
    public int? Height { get; init; }

    /// <summary>Width in pixels; null for a square of the positions, or what the height leaves.</summary>
    public int? Width { get; init; }

    /// <summary>Step between patches; null for the patch size.</summary>
    public int? Stride { get; init; }

    /// <summary>Scan order; null for spatial-first.</summary>
    public ScanOrder? ScanOrder { get; init; }

    internal static ConfigOverrides None { get; } = new();

    internal static ConfigOverrides Of(VideoMambaConfig config) => new()
    {
        Frames = config.Frames,
        Height = config.Height,
        Width = config.Width,
        Stride = config.Stride,
        ScanOrder = config.ScanOrder,
    };
}
