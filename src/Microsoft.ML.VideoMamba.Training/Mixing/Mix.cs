using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>How clips are mixed with their partners.</summary>
/// <param name="Lambda">The share of a clip's own classes; what it keeps of its pixels too, unless there is a box.</param>
/// <param name="Box">What is taken from the partner instead of a blend.</param>
internal readonly record struct Mix(double Lambda, CutBox? Box)
{
    /// <summary>Nothing is mixed.</summary>
    public static Mix None { get; } = new(1, null);

    /// <summary>A blend.</summary>
    public static Mix Blend(double lambda) => new(lambda, null);

    /// <summary>A box.</summary>
    /// <param name="lambda">The share drawn.</param>
    /// <param name="box">What became of it.</param>
    /// <param name="size">Of the frame.</param>
    /// <param name="correct">Whether the share follows the box.</param>
    public static Mix Cut(double lambda, CutBox box, (int Height, int Width) size, bool correct) => new(correct ? box.Lambda(size.Height, size.Width) : lambda, box);

    /// <summary>Mixes in place.</summary>
    /// <param name="clips">(…, height, width).</param>
    /// <param name="partners">Of the same shape, in memory of their own.</param>
    public void Apply(Tensor clips, Tensor partners)
    {
        using var scope = NewDisposeScope();
        if (Box is { } box) Cut(clips, box).copy_(Cut(partners, box));
        else if (Lambda != 1) clips.mul_(TorchScalar.Of(Lambda)).add_(partners, TorchScalar.Of(1 - Lambda));
    }

    private static Tensor Cut(Tensor clips, CutBox box) => clips.narrow(-2, box.Top, box.Bottom - box.Top).narrow(-1, box.Left, box.Right - box.Left);
}
