using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>RandAugment: each of so many operations is drawn uniformly and happens with a probability of one half.</summary>
/// <remarks>
/// Cubuk et al., arXiv 1909.13719, as video_sm/datasets/rand_augment.py has it. As there, any <c>inc</c> in a configuration, <c>inc0</c> too, takes the
/// increasing operations, and the magnitude is normally distributed about its mean and cut off at 0 and 10.
/// </remarks>
public sealed record RandAugment : FramePolicy
{
    private static readonly FrameOperation[] s_plain =
    [
        FrameOperation.AutoContrast, FrameOperation.Equalize, FrameOperation.Invert, FrameOperation.Rotate, FrameOperation.Posterize, FrameOperation.Solarize,
        FrameOperation.SolarizeAdd, FrameOperation.Color, FrameOperation.Contrast, FrameOperation.Brightness, FrameOperation.Sharpness,
        FrameOperation.ShearX, FrameOperation.ShearY, FrameOperation.TranslateXRel, FrameOperation.TranslateYRel,
    ];

    private static readonly FrameOperation[] s_increasing =
    [
        FrameOperation.AutoContrast, FrameOperation.Equalize, FrameOperation.Invert, FrameOperation.Rotate, FrameOperation.PosterizeIncreasing, FrameOperation.SolarizeIncreasing,
        FrameOperation.SolarizeAdd, FrameOperation.ColorIncreasing, FrameOperation.ContrastIncreasing, FrameOperation.BrightnessIncreasing, FrameOperation.SharpnessIncreasing,
        FrameOperation.ShearX, FrameOperation.ShearY, FrameOperation.TranslateXRel, FrameOperation.TranslateYRel,
    ];

    // For the operations above, in their order.
    private static readonly double[] s_weights = [0.025, 0.005, 0, 0.3, 0, 0.005, 0.005, 0.025, 0.005, 0.005, 0.025, 0.2, 0.2, 0.1, 0.1];

    /// <summary>Operations drawn for a clip (n), at least 1.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Mean strength (m), 0 to 10.</summary>
    public int Magnitude { get; init; } = 10;

    /// <summary>Deviation of the strength (mstd), at least 0.</summary>
    public double MagnitudeDeviation { get; init; }

    /// <summary>Whether operations are taken that grow stronger with the magnitude (inc).</summary>
    public bool Increasing { get; init; }

    /// <summary>Whether operations are drawn by the original's weights and none twice (w0), instead of uniformly with replacement.</summary>
    public bool Weighted { get; init; }

    /// <summary>The operations to draw from.</summary>
    public IReadOnlyList<FrameOperation> Operations => Increasing ? s_increasing : s_plain;

    /// <summary>The chance of each of <see cref="Operations"/>, or null where all are alike.</summary>
    public IReadOnlyList<double>? Weights => Weighted ? s_weights : null;

    /// <summary>With which probability a drawn operation happens.</summary>
    public static double OperationProbability => 0.5;

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"rand-m{Magnitude}-n{Layers}{(MagnitudeDeviation > 0 ? $"-mstd{MagnitudeDeviation}" : "")}{(Increasing ? "-inc1" : "")}{(Weighted ? "-w0" : "")}");

    internal static RandAugment Of(string text, IEnumerable<(string Name, string Value)> settings)
    {
        var policy = new RandAugment();
        foreach (var (name, value) in settings)
        {
            policy = name switch
            {
                "m" => policy with { Magnitude = (int)Number(text, name, value, 0, OperationLevel.Max, whole: true) },
                "n" => policy with { Layers = (int)Number(text, name, value, 1, s_plain.Length, whole: true) },
                "mstd" => policy with { MagnitudeDeviation = Number(text, name, value, 0, double.PositiveInfinity, whole: false) },
                "inc" => policy with { Increasing = true },
                "w" => policy with { Weighted = Number(text, name, value, 0, 0, whole: true) == 0 },
                _ => throw Unknown(text, name, "m, n, mstd, inc and w"),
            };
        }

        int drawable = s_weights.Count(weight => weight > 0);
        if (policy.Weighted && policy.Layers > drawable) throw new FormatException($"'{text}': with w0 at most {drawable} different operations can be drawn.");
        return policy;
    }

    internal override IReadOnlyList<DrawnOperation> Draw(Random random, double translation)
    {
        var drawn = new List<DrawnOperation>(Layers);
        double[]? weights = Weights?.ToArray();
        for (int layer = 0; layer < Layers; layer++)
        {
            int choice = weights is null ? random.Next(Operations.Count) : ChooseOnce(weights, random);
            if (Draw(Operations[choice], OperationProbability, Magnitude, MagnitudeDeviation, translation, random) is { } operation) drawn.Add(operation);
        }

        return drawn;
    }

    /// <summary>Draws by weights and takes the chosen one out.</summary>
    private static int ChooseOnce(double[] weights, Random random)
    {
        double at = random.NextDouble() * weights.Sum();
        int choice = Array.FindLastIndex(weights, weight => weight > 0);
        for (int i = 0; i < choice; i++)
        {
            at -= weights[i];
            if (at < 0) choice = i;
        }

        weights[choice] = 0;
        return choice;
    }
}
