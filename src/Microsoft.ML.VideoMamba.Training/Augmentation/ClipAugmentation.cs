namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// How a clip is changed each time that it is learned from. One draw holds for all frames of a clip, so that motion stays motion; only the noise is new for
/// each pixel. The defaults suit small sets whose classes may differ by motion: no flip. <see cref="Kinetics"/> and <see cref="ImageNet"/> are the original's.
/// </summary>
public sealed record ClipAugmentation
{
    /// <summary>Nothing is changed: clips look as in evaluation, but for which frames are drawn.</summary>
    public static ClipAugmentation None { get; } = new() { MinScale = 1, MaxAspect = 1, Shift = 0, Brightness = 0, Contrast = 0, Noise = 0 };

    /// <summary>How the original fine-tunes on videos: RandAugment on whole frames, an Inception crop, mirrored, a cube erased.</summary>
    /// <remarks>video_sm/datasets/kinetics_sparse.py. For classes that tell left from right (Something-Something) set <see cref="Flip"/> to false.</remarks>
    public static ClipAugmentation Kinetics { get; } = None with
    {
        Policy = "rand-m7-n4-mstd0.5-inc1",
        Crop = CropStyle.Inception,
        MinScale = 0.08,
        MaxAspect = 4.0 / 3,
        Flip = true,
        ColorJitter = 0.4,
        Erasing = new RandomErasing(),
    };

    /// <summary>How the original trains on images: an Inception crop, mirrored, RandAugment on it, a box erased.</summary>
    /// <remarks>image_sm/datasets.py, which calls timm's create_transform.</remarks>
    public static ClipAugmentation ImageNet { get; } = Kinetics with
    {
        Policy = "rand-m9-mstd0.5-inc1",
        Order = AugmentationOrder.CropFirst,
        ColorJitter = 0.3,
        Fill = RgbLevel.ImageNetMean,
    };

    /// <summary>
    /// Operations drawn for each clip: RandAugment, such as <c>rand-m7-n4-mstd0.5-inc1</c>, AutoAugment, <c>v0</c>, or <c>3-augment</c> (see <see cref="FramePolicy.Parse"/>); null for none.
    /// </summary>
    public string? Policy { get; init; }

    /// <summary>Whether the policy sees whole frames or what the crop left of them.</summary>
    public AugmentationOrder Order { get; init; }

    /// <summary>How the policy's rotations, shears and translations interpolate.</summary>
    public FrameInterpolation Interpolation { get; init; } = FrameInterpolation.Bicubic;

    /// <summary>The colour of places that the policy moves nothing to.</summary>
    public RgbLevel Fill { get; init; } = RgbLevel.Grey;

    /// <summary>
    /// Brightness, contrast and saturation are scaled by up to this part either way, in an order that is drawn too; in [0, 1). As in the original it is used
    /// only where there is no <see cref="Policy"/>, or 3-Augment.
    /// </summary>
    public double ColorJitter { get; init; }

    /// <summary>Which random crop is taken, and what <see cref="MinScale"/> and <see cref="MaxAspect"/> are measured by.</summary>
    public CropStyle Crop { get; init; }

    /// <summary>Least area of the crop, over that of the largest one that fits or (<see cref="CropStyle.Inception"/>) over the frame's; in (0, 1]; 1 for no random crop.</summary>
    public double MinScale { get; init; } = 0.6;

    /// <summary>
    /// The crop's aspect is stretched by a factor from 1 / this to this, or (<see cref="CropStyle.Inception"/>) is from 1 / this to this, log-uniform; at least 1.
    /// </summary>
    public double MaxAspect { get; init; } = 1.15;

    /// <summary>A fitted crop moves by up to this part of its size each way, beyond the frame's edge too, whose pixels are repeated; in [0, 1).</summary>
    public double Shift { get; init; } = 0.1;

    /// <summary>Whether half of the clips are mirrored. Not where left and right differ, as in motions.</summary>
    public bool Flip { get; init; }

    /// <summary>Up to this much is added to or taken from all pixels, on the scale of 0 to 1; in [0, 1).</summary>
    public double Brightness { get; init; } = 0.15;

    /// <summary>Pixels' distance from middle grey is scaled by up to this part; in [0, 1).</summary>
    public double Contrast { get; init; } = 0.2;

    /// <summary>Largest deviation of the normal noise added to each pixel, on the scale of 0 to 1; each clip draws its own up to this. In [0, 1).</summary>
    public double Noise { get; init; } = 0.02;

    /// <summary>Covers a part of each clip, last of all; null for none.</summary>
    public RandomErasing? Erasing { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        ParsedPolicy();
        RequireDefined(Order, nameof(Order));
        RequireDefined(Interpolation, nameof(Interpolation));
        RequireDefined(Crop, nameof(Crop));
        RequirePart(ColorJitter, nameof(ColorJitter));
        Erasing?.Validate();
        if (MinScale is not (> 0 and <= 1)) throw new ArgumentException($"{nameof(MinScale)} must be in (0, 1]; it is {MinScale}.", nameof(MinScale));
        if (!(MaxAspect >= 1) || !double.IsFinite(MaxAspect)) throw new ArgumentException($"{nameof(MaxAspect)} must be at least 1; it is {MaxAspect}.", nameof(MaxAspect));
        RequirePart(Shift, nameof(Shift));
        RequirePart(Brightness, nameof(Brightness));
        RequirePart(Contrast, nameof(Contrast));
        RequirePart(Noise, nameof(Noise));
    }

    /// <summary>The policy, or null where there is none.</summary>
    internal FramePolicy? ParsedPolicy()
    {
        if (Policy is null) return null;
        try
        {
            return FramePolicy.Parse(Policy);
        }
        catch (FormatException error)
        {
            throw new ArgumentException($"{nameof(Policy)}: {error.Message}", nameof(Policy), error);
        }
    }

    private static void RequireDefined<T>(T value, string name)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) throw new ArgumentException($"{name} has no value {value}.", name);
    }

    private static void RequirePart(double value, string name)
    {
        if (value is not (>= 0 and < 1)) throw new ArgumentException($"{name} must be in [0, 1); it is {value}.", name);
    }
}
