using System.Globalization;
using Op = Microsoft.ML.VideoMamba.Training.Augmentation.FrameOperation;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>AutoAugment's policy for ImageNet, version 0: one of 25 pairs of operations is drawn, each with a probability and a level of its own.</summary>
/// <remarks>
/// Cubuk et al., arXiv 1805.09501; the pairs are those that EfficientNet was trained with, which timm calls <c>v0</c> and the original's recipe for VideoMamba-Ti on
/// images takes. As there, Posterize keeps at most 4 bits, which at low levels gives black pictures.
/// </remarks>
public sealed record AutoAugment : FramePolicy
{
    private static readonly (Step First, Step Second)[] s_pairs =
    [
        (new(Op.Equalize, 0.8, 1), new(Op.ShearY, 0.8, 4)),
        (new(Op.Color, 0.4, 9), new(Op.Equalize, 0.6, 3)),
        (new(Op.Color, 0.4, 1), new(Op.Rotate, 0.6, 8)),
        (new(Op.Solarize, 0.8, 3), new(Op.Equalize, 0.4, 7)),
        (new(Op.Solarize, 0.4, 2), new(Op.Solarize, 0.6, 2)),
        (new(Op.Color, 0.2, 0), new(Op.Equalize, 0.8, 8)),
        (new(Op.Equalize, 0.4, 8), new(Op.SolarizeAdd, 0.8, 3)),
        (new(Op.ShearX, 0.2, 9), new(Op.Rotate, 0.6, 8)),
        (new(Op.Color, 0.6, 1), new(Op.Equalize, 1, 2)),
        (new(Op.Invert, 0.4, 9), new(Op.Rotate, 0.6, 0)),
        (new(Op.Equalize, 1, 9), new(Op.ShearY, 0.6, 3)),
        (new(Op.Color, 0.4, 7), new(Op.Equalize, 0.6, 0)),
        (new(Op.Posterize, 0.4, 6), new(Op.AutoContrast, 0.4, 7)),
        (new(Op.Solarize, 0.6, 8), new(Op.Color, 0.6, 9)),
        (new(Op.Solarize, 0.2, 4), new(Op.Rotate, 0.8, 9)),
        (new(Op.Rotate, 1, 7), new(Op.TranslateYRel, 0.8, 9)),
        (new(Op.ShearX, 0, 0), new(Op.Solarize, 0.8, 4)),
        (new(Op.ShearY, 0.8, 0), new(Op.Color, 0.6, 4)),
        (new(Op.Color, 1, 0), new(Op.Rotate, 0.6, 2)),
        (new(Op.Equalize, 0.8, 4), new(Op.Equalize, 0, 8)),
        (new(Op.Equalize, 1, 4), new(Op.AutoContrast, 0.6, 2)),
        (new(Op.ShearY, 0.4, 7), new(Op.SolarizeAdd, 0.6, 7)),
        (new(Op.Posterize, 0.8, 2), new(Op.Solarize, 0.6, 10)),
        (new(Op.Solarize, 0.6, 8), new(Op.Equalize, 0.6, 1)),
        (new(Op.Color, 0.8, 6), new(Op.Rotate, 0.4, 5)),
    ];

    /// <summary>Deviation of each level (mstd), at least 0.</summary>
    public double MagnitudeDeviation { get; init; }

    /// <inheritdoc/>
    public override string ToString() => MagnitudeDeviation > 0 ? string.Create(CultureInfo.InvariantCulture, $"v0-mstd{MagnitudeDeviation}") : "v0";

    internal static AutoAugment Of(string text, IEnumerable<(string Name, string Value)> settings)
    {
        var policy = new AutoAugment();
        foreach (var (name, value) in settings)
        {
            if (name != "mstd") throw Unknown(text, name, "mstd only");
            policy = policy with { MagnitudeDeviation = Number(text, name, value, 0, double.PositiveInfinity, whole: false) };
        }

        return policy;
    }

    internal override IReadOnlyList<DrawnOperation> Draw(Random random, double translation)
    {
        var (first, second) = s_pairs[random.Next(s_pairs.Length)];
        var drawn = new List<DrawnOperation>(2);
        foreach (var step in new[] { first, second })
        {
            if (Draw(step.Operation, step.Probability, step.Level, MagnitudeDeviation, translation, random) is { } operation) drawn.Add(operation);
        }

        return drawn;
    }

    private readonly record struct Step(Op Operation, double Probability, double Level);
}
