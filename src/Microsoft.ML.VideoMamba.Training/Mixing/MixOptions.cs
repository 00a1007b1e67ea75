namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>
/// Mixup and cutmix: clips of a batch are blended, or a box of one is put into another, and their classes with them. The defaults are the original's recipes'.
/// </summary>
/// <remarks>Zhang et al., arXiv 1710.09412; Yun et al., arXiv 1905.04899; video_sm/datasets/mixup.py.</remarks>
public sealed record MixOptions
{
    /// <summary>The share of mixup is drawn from Beta(a, a) with this a; 0 for no mixup.</summary>
    public double MixupAlpha { get; init; } = 0.8;

    /// <summary>The share of cutmix is drawn from Beta(a, a) with this a; 0 for no cutmix.</summary>
    public double CutmixAlpha { get; init; } = 1;

    /// <summary>With which probability anything is mixed, in [0, 1].</summary>
    public double Probability { get; init; } = 1;

    /// <summary>With which probability it is cutmix where both are on, in [0, 1].</summary>
    public double SwitchProbability { get; init; } = 0.5;

    /// <summary>What shares a draw.</summary>
    public MixMode Mode { get; init; }

    /// <summary>Whether the classes' shares follow the box as it was cut off at the frame's edges (correct_lam).</summary>
    public bool CorrectLambda { get; init; } = true;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(MixupAlpha >= 0 && double.IsFinite(MixupAlpha), nameof(MixupAlpha), MixupAlpha, "must be at least 0");
        Require(CutmixAlpha >= 0 && double.IsFinite(CutmixAlpha), nameof(CutmixAlpha), CutmixAlpha, "must be at least 0");
        Require(MixupAlpha > 0 || CutmixAlpha > 0, nameof(MixupAlpha), MixupAlpha, $"or {nameof(CutmixAlpha)} must be above 0; leave mixing out otherwise");
        Require(Probability is >= 0 and <= 1, nameof(Probability), Probability, "must be in [0, 1]");
        Require(SwitchProbability is >= 0 and <= 1, nameof(SwitchProbability), SwitchProbability, "must be in [0, 1]");
        Require(Enum.IsDefined(Mode), nameof(Mode), Mode, "is no mode");
    }

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} {rule}; it is {value}.", name);
    }
}
