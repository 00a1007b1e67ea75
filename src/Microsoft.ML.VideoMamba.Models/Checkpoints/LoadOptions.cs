namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>How a checkpoint is loaded into a model.</summary>
public sealed record LoadOptions
{
    /// <summary>What happens to the head.</summary>
    public HeadLoading Head { get; init; } = HeadLoading.Match;

    /// <summary>How an image model's patch kernel becomes a video model's.</summary>
    public PatchInflation Inflation { get; init; } = PatchInflation.Center;

    /// <summary>Whether missing and unexpected tensors are an error. Shapes that do not fit are one always.</summary>
    public bool Strict { get; init; } = true;
}
