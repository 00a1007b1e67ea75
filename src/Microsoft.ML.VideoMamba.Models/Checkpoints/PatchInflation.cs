namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>How an image model's patch kernel becomes a video model's.</summary>
public enum PatchInflation
{
    /// <summary>It is the slice tubelet / 2 (rounded down) along time; the others are zero.</summary>
    Center,

    /// <summary>Every slice along time is the kernel over the tubelet.</summary>
    Average,
}
