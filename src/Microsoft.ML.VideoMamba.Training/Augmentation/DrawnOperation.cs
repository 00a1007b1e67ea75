namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>An operation whose strength and direction are decided: it does the same to every frame of a clip.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Argument">As <see cref="FrameOperation"/> says of each; 0 where it takes none.</param>
internal readonly record struct DrawnOperation(FrameOperation Operation, double Argument)
{
    /// <summary>Changes a frame.</summary>
    /// <param name="frame">(H, W, 3) bytes.</param>
    /// <param name="changed">As large; every byte is written.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="fill">Colour of places that nothing moves to.</param>
    /// <param name="bicubic">How moved pixels are interpolated.</param>
    public void Apply(ReadOnlySpan<byte> frame, Span<byte> changed, int width, RgbLevel fill, bool bicubic)
    {
        switch (Operation)
        {
            case FrameOperation.AutoContrast: PointOperation.AutoContrast(frame, changed); break;
            case FrameOperation.Equalize: PointOperation.Equalize(frame, changed); break;
            case FrameOperation.Invert: PointOperation.Invert(frame, changed); break;
            case FrameOperation.Posterize or FrameOperation.PosterizeIncreasing or FrameOperation.PosterizeOriginal: PointOperation.Posterize(frame, changed, (int)Argument); break;
            case FrameOperation.Solarize or FrameOperation.SolarizeIncreasing: PointOperation.Solarize(frame, changed, (int)Argument); break;
            case FrameOperation.SolarizeAdd: PointOperation.SolarizeAdd(frame, changed, (int)Argument); break;
            case FrameOperation.Color or FrameOperation.ColorIncreasing: BlendOperation.Color(frame, changed, (float)Argument); break;
            case FrameOperation.Contrast or FrameOperation.ContrastIncreasing: BlendOperation.Contrast(frame, changed, (float)Argument); break;
            case FrameOperation.Brightness or FrameOperation.BrightnessIncreasing: BlendOperation.Brightness(frame, changed, (float)Argument); break;
            case FrameOperation.Sharpness or FrameOperation.SharpnessIncreasing: BlendOperation.Sharpness(frame, changed, width, (float)Argument); break;
            case FrameOperation.GaussianBlur: BlurOperation.Gaussian(frame, changed, width, Argument); break;
            default: Move(frame.Length / (width * 3), width).Apply(frame, changed, width, fill, bicubic); break;
        }
    }

    private AffineOperation Move(int height, int width) => Operation switch
    {
        FrameOperation.Rotate => AffineOperation.Rotate(Argument, height, width),
        FrameOperation.ShearX => AffineOperation.ShearX(Argument),
        FrameOperation.ShearY => AffineOperation.ShearY(Argument),
        FrameOperation.TranslateX => AffineOperation.Translate(Argument, 0),
        FrameOperation.TranslateY => AffineOperation.Translate(0, Argument),
        FrameOperation.TranslateXRel => AffineOperation.Translate(Argument * width, 0),
        FrameOperation.TranslateYRel => AffineOperation.Translate(0, Argument * height),
        _ => throw new InvalidOperationException($"{Operation} is no operation."),
    };
}
