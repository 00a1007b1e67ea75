namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>What the published recipes set by a network's size.</summary>
/// <param name="Arch">The preset's name.</param>
/// <param name="Letter">How the published files call it.</param>
/// <param name="Title">How the paper calls it.</param>
internal sealed record ModelSize(string Arch, string Letter, string Title)
{
    public static ModelSize Tiny { get; } = new("tiny", "t", "VideoMamba-Ti");

    public static ModelSize Small { get; } = new("small", "s", "VideoMamba-S");

    public static ModelSize Middle { get; } = new("middle", "m", "VideoMamba-M");

    public static ModelSize Base { get; } = new("base", "b", "VideoMamba-B");

    /// <summary>The smallest network is decayed more and augmented less.</summary>
    public bool IsTiny => Arch == "tiny";

    /// <summary>The name of a published file of this size.</summary>
    /// <param name="rest">What follows the size.</param>
    public string Checkpoint(string rest) => $"videomamba_{Letter}16_{rest}.pth";

    /// <summary>The file that the image recipes publish at 224 pixels.</summary>
    public string ImageCheckpoint => Checkpoint("in1k_res224");
}
