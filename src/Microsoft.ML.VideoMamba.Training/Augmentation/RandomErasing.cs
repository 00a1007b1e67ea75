using Microsoft.ML.VideoMamba.Kernels.Frames;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Random erasing: a box of each frame is covered, after normalisation; in a clip it is the same box throughout, a cube.</summary>
/// <remarks>Zhong et al., arXiv 1708.04896; video_sm/datasets/random_erasing.py, whose recipes take the defaults.</remarks>
public sealed record RandomErasing
{
    // How often a box that does not fit is drawn again before the clip is left alone.
    private const int CubeTries = 100;
    private const int FrameTries = 10;

    /// <summary>With which probability a clip (or each frame, with <see cref="PerFrame"/>) is erased, in [0, 1].</summary>
    public double Probability { get; init; } = 0.25;

    /// <summary>What covers the box. Noise is new for each frame even where the box is the same.</summary>
    public ErasingMode Mode { get; init; } = ErasingMode.Pixel;

    /// <summary>Most boxes, at least 1: as many as drawn from 1 to this, which share the area.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Whether each frame draws for itself, so that the box jumps.</summary>
    public bool PerFrame { get; init; }

    /// <summary>Least part of the frame's area, in (0, 1).</summary>
    public double MinArea { get; init; } = 0.02;

    /// <summary>Largest part of the frame's area, from <see cref="MinArea"/> to 1.</summary>
    public double MaxArea { get; init; } = 1.0 / 3;

    /// <summary>Height over width is from this to 1 / this, log-uniform; in (0, 1].</summary>
    public double MinAspect { get; init; } = 0.3;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Probability is >= 0 and <= 1, nameof(Probability), Probability, "must be in [0, 1]");
        Require(Enum.IsDefined(Mode), nameof(Mode), Mode, "is no mode");
        Require(Count >= 1, nameof(Count), Count, "must be at least 1");
        Require(MinArea is > 0 and < 1, nameof(MinArea), MinArea, "must be in (0, 1)");
        Require(MaxArea >= MinArea && MaxArea <= 1, nameof(MaxArea), MaxArea, $"must be from {nameof(MinArea)}, {MinArea}, to 1");
        Require(MinAspect is > 0 and <= 1, nameof(MinAspect), MinAspect, "must be in (0, 1]");
    }

    /// <summary>Erases.</summary>
    /// <param name="clip">Normalised pixels, (3, frames, height, width).</param>
    /// <param name="frames">Frames.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="random">Makes all draws.</param>
    internal void Apply(Span<float> clip, int frames, int height, int width, Random random)
    {
        foreach (var erased in Draw(frames, height, width, random))
        {
            new ErasingBox(erased.Top, erased.Left, erased.Height, erased.Width).Erase(clip, erased.Frame, frames, height, width, (channel, row, pixels) =>
            {
                if (erased.NoiseStarts is { } starts) NormalNoise.Table.Slice(starts[(channel * erased.Height) + row], pixels.Length).CopyTo(pixels);
                else pixels.Fill(erased.Colour[channel]);
            });
        }
    }

    /// <summary>Draws what is erased, one box after another.</summary>
    /// <param name="frames">Frames.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="random">Makes all draws.</param>
    internal IEnumerable<ErasedBox> Draw(int frames, int height, int width, Random random)
    {
        if (PerFrame)
        {
            for (int frame = 0; frame < frames; frame++)
            {
                foreach (var box in DrawBoxes(height, width, FrameTries, random)) yield return Cover(box, frame, random);
            }

            yield break;
        }

        foreach (var box in DrawBoxes(height, width, CubeTries, random))
        {
            for (int frame = 0; frame < frames; frame++) yield return Cover(box, frame, random);
        }
    }

    private List<ErasingBox> DrawBoxes(int height, int width, int tries, Random random)
    {
        var boxes = new List<ErasingBox>();
        if (random.NextDouble() > Probability) return boxes;
        int count = Count == 1 ? 1 : random.Next(1, Count + 1);
        for (int i = 0; i < count; i++)
        {
            if (DrawBox(height, width, count, tries, random) is { } box) boxes.Add(box);
        }

        return boxes;
    }

    private ErasingBox? DrawBox(int height, int width, int count, int tries, Random random)
    {
        for (int i = 0; i < tries; i++)
        {
            double fraction = (MinArea + (MaxArea - MinArea) * random.NextDouble()) / count, logRatio = Math.Log(MinAspect) * (1 - 2 * random.NextDouble());
            var size = ErasingBox.SizeOf(fraction, logRatio, height, width);
            if (ErasingBox.Fits(size, height, width)) return new ErasingBox(random.Next(height - size.Height + 1), random.Next(width - size.Width + 1), size.Height, size.Width);
        }

        return null;
    }

    private ErasedBox Cover(ErasingBox box, int frame, Random random)
    {
        float[] colour = Mode == ErasingMode.Rand ? [.. Enumerable.Range(0, 3).Select(_ => (float)NormalNoise.Draw(random))] : new float[3];
        int[]? starts = Mode == ErasingMode.Pixel ? NormalNoise.Starts(random, 3 * box.Height, box.Width) : null;
        return new ErasedBox(frame, box.Top, box.Left, box.Height, box.Width, colour, starts);
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} {rule}; it is {value}.", name);
    }
}
