using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>Clips whose class is how a camera moves over a texture, as in samples/QuickStart, but drawn: no frame alone tells it.</summary>
internal static class PanningClips
{
    public const int Frames = 8, Side = 64;

    private const int TextureSide = 160, Cells = 20;

    private static readonly (double X, double Y, double Zoom)[] s_motions = [(-24, 0, 0), (24, 0, 0), (0, -24, 0), (0, 24, 0), (0, 0, -0.35), (0, 0, 0.35)];

    public static int Classes => s_motions.Length;

    /// <summary>So many clips of each class, in turn, each over a texture of its own.</summary>
    /// <param name="perClass">Clips of each class.</param>
    /// <param name="seed">Sets with different ones share no texture.</param>
    public static ClipList Set(int perClass, int seed)
    {
        var clips = new (VideoClip Clip, TrainingLabel Label)[perClass * Classes];
        Parallel.For(0, clips.Length, i => clips[i] = (Clip(i % Classes, new Random(SeedMix.Of(seed, i))), TrainingLabel.OfClass(i % Classes)));
        return new ClipList(clips);
    }

    private static VideoClip Clip(int motion, Random random)
    {
        byte[] texture = Texture(random);
        var (x, y, zoom) = s_motions[motion];
        double strength = 0.7 + (0.6 * random.NextDouble()), centreX = 68 + (24 * random.NextDouble()), centreY = 68 + (24 * random.NextDouble());
        var frames = Enumerable.Range(0, Frames).Select(t => ((double)t / (Frames - 1)) - 0.5)
            .Select(time => (ReadOnlyMemory<byte>)Frame(texture, centreX + (strength * x * time), centreY + (strength * y * time), Math.Pow(1 + Math.Abs(zoom), Math.Sign(zoom) * 2 * strength * time)));
        return new VideoClip($"motion {motion}", Side, Side, [.. frames]);
    }

    /// <summary>Colours drawn for each cell and blended between them.</summary>
    private static byte[] Texture(Random random)
    {
        byte[] cells = new byte[Cells * Cells * 3];
        random.NextBytes(cells);
        byte[] texture = new byte[TextureSide * TextureSide * 3];
        const double Scale = (double)(Cells - 1) / (TextureSide - 1);
        for (int y = 0; y < TextureSide; y++)
        {
            for (int x = 0; x < TextureSide; x++) Sample(cells, Cells, x * Scale, y * Scale, texture.AsSpan(((y * TextureSide) + x) * 3, 3));
        }

        return texture;
    }

    private static byte[] Frame(byte[] texture, double centreX, double centreY, double zoom)
    {
        byte[] frame = new byte[Side * Side * 3];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                Sample(texture, TextureSide, centreX + ((x - (Side / 2)) / zoom), centreY + ((y - (Side / 2)) / zoom), frame.AsSpan(((y * Side) + x) * 3, 3));
            }
        }

        return frame;
    }

    private static void Sample(byte[] image, int side, double x, double y, Span<byte> colour)
    {
        (x, y) = (Math.Clamp(x, 0, side - 1.001), Math.Clamp(y, 0, side - 1.001));
        int left = (int)x, top = (int)y;
        for (int channel = 0; channel < 3; channel++)
        {
            double At(int row, int column) => image[(((row * side) + column) * 3) + channel];
            double above = At(top, left) + ((x - left) * (At(top, left + 1) - At(top, left))), below = At(top + 1, left) + ((x - left) * (At(top + 1, left + 1) - At(top + 1, left)));
            colour[channel] = (byte)(above + ((y - top) * (below - above)));
        }
    }
}
