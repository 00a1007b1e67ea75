namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>3-Augment: each clip is made grey, or its bright levels are inverted, or it is blurred. Colour jitter follows, as everywhere without a policy.</summary>
/// <remarks>Touvron et al., DeiT III, arXiv 2204.07118; image_sm/augment.py, its option ThreeAugment, with torchvision's and PIL's arithmetic.</remarks>
public sealed record ThreeAugment : FramePolicy
{
    private const string Name = "3-augment";

    private const double SolarizeFrom = 128, LeastBlur = 0.1, MostBlur = 2;

    /// <inheritdoc/>
    internal override bool LeavesJitter => true;

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal static bool IsNamed(string text) => text == Name;

    internal override IReadOnlyList<DrawnOperation> Draw(Random random, double translation) =>
    [
        random.Next(3) switch
        {
            0 => new DrawnOperation(FrameOperation.Color, 0),
            1 => new DrawnOperation(FrameOperation.Solarize, SolarizeFrom),
            _ => new DrawnOperation(FrameOperation.GaussianBlur, LeastBlur + (MostBlur - LeastBlur) * random.NextDouble()),
        },
    ];
}
