namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// How a clip is changed each time that it is learned from. One draw holds for all frames of a clip, so that motion stays motion; only the noise is new for
/// each pixel. The defaults suit small sets whose classes may differ by motion: no flip.
/// </summary>
public sealed record ClipAugmentation
{
    /// <summary>Nothing is changed: clips look as in evaluation, but for which frames are drawn.</summary>
    public static ClipAugmentation None { get; } = new() { MinScale = 1, MaxAspect = 1, Shift = 0, Brightness = 0, Contrast = 0, Noise = 0 };

    /// <summary>Least area of the crop over that of the largest one that fits, in (0, 1]; 1 for no random crop.</summary>
    public double MinScale { get; init; } = 0.6;

    /// <summary>The crop's aspect is stretched by a factor from 1 / this to this, log-uniform; at least 1.</summary>
    public double MaxAspect { get; init; } = 1.15;

    /// <summary>The crop moves by up to this part of its size each way, beyond the frame's edge too, whose pixels are repeated; in [0, 1).</summary>
    public double Shift { get; init; } = 0.1;

    /// <summary>Whether half of the clips are mirrored. Not where left and right differ, as in motions.</summary>
    public bool Flip { get; init; }

    /// <summary>Up to this much is added to or taken from all pixels, on the scale of 0 to 1; in [0, 1).</summary>
    public double Brightness { get; init; } = 0.15;

    /// <summary>Pixels' distance from middle grey is scaled by up to this part; in [0, 1).</summary>
    public double Contrast { get; init; } = 0.2;

    /// <summary>Largest deviation of the normal noise added to each pixel, on the scale of 0 to 1; each clip draws its own up to this. In [0, 1).</summary>
    public double Noise { get; init; } = 0.02;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (MinScale is not (> 0 and <= 1)) throw new ArgumentException($"{nameof(MinScale)} must be in (0, 1]; it is {MinScale}.", nameof(MinScale));
        if (!(MaxAspect >= 1) || !double.IsFinite(MaxAspect)) throw new ArgumentException($"{nameof(MaxAspect)} must be at least 1; it is {MaxAspect}.", nameof(MaxAspect));
        RequirePart(Shift, nameof(Shift));
        RequirePart(Brightness, nameof(Brightness));
        RequirePart(Contrast, nameof(Contrast));
        RequirePart(Noise, nameof(Noise));
    }

    private static void RequirePart(double value, string name)
    {
        if (value is not (>= 0 and < 1)) throw new ArgumentException($"{name} must be in [0, 1); it is {value}.", name);
    }
}
