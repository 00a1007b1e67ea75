using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Writing;

/// <summary>
/// Clips whose class is how the camera moves over a photograph: no single frame tells it, so a network that does not look along time stays at chance. The
/// photographs are real, the motion is rendered.
/// </summary>
internal static class CameraMotions
{
    public static readonly string[] Classes = ["pan_left", "pan_right", "roll_left", "roll_right", "zoom_in", "zoom_out"];

    /// <summary>Photographs that are never learned from.</summary>
    private static readonly HashSet<string> s_heldOut = ["brushes", "mountain", "pagoda", "rocket"];

    private const int Side = 112, Frames = 16;
    private const double FramesPerSecond = 12;

    /// <summary>Writes clips of every photograph and class as MP4 files, <c>FOLDER/train/CLASS/NAME.mp4</c> and <c>FOLDER/test/CLASS/NAME.mp4</c>.</summary>
    public static void Write(string photos, string folder, int trainPerClass, int testPerClass)
    {
        foreach (string photo in Directory.EnumerateFiles(photos, "*.jpg").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(photo);
            bool heldOut = s_heldOut.Contains(name);
            var image = VideoReader.ReadAll(photo);
            int clips = heldOut ? testPerClass : trainPerClass;
            Parallel.For(0, Classes.Length * clips, i =>
            {
                int motion = i % Classes.Length, clip = i / Classes.Length;
                string place = Directory.CreateDirectory(Path.Combine(folder, heldOut ? "test" : "train", Classes[motion])).FullName;
                ClipFile.Write(Path.Combine(place, $"{name}-{clip}.mp4"), Render(image, motion, new Random(HashCode(name) + 65536 * (clip + 1000 * motion))), FramesPerSecond);
            });
        }
    }

    private static VideoClip Render(VideoClip photo, int motion, Random random)
    {
        // Where the camera looks halfway through, as parts of the photograph; how close, at which tilt, and how strongly it moves.
        double x = 0.5 + 0.3 * (random.NextDouble() - 0.5), y = 0.5 + 0.2 * (random.NextDouble() - 0.5);
        double zoom = 1 + 0.5 * random.NextDouble(), tilt = 20 * (random.NextDouble() - 0.5), strength = 0.7 + 0.6 * random.NextDouble();
        return new VideoClip(Classes[motion], Side, Side, [.. Enumerable.Range(0, Frames).Select(t => Frame(photo, At((double)t / (Frames - 1) - 0.5)))]);

        Camera At(double time) => Classes[motion] switch
        {
            "pan_left" => new(x - 0.30 * strength * time, y, zoom, tilt),
            "pan_right" => new(x + 0.30 * strength * time, y, zoom, tilt),
            "zoom_in" => new(x, y, zoom * Math.Pow(1.6, strength * time), tilt),
            "zoom_out" => new(x, y, zoom * Math.Pow(1.6, -strength * time), tilt),
            "roll_left" => new(x, y, zoom, tilt + 40 * strength * time),
            _ => new(x, y, zoom, tilt - 40 * strength * time),
        };
    }

    private static ReadOnlyMemory<byte> Frame(VideoClip photo, Camera camera)
    {
        // The frame shows 0.55 / zoom of the photograph's short side.
        double step = Math.Min(photo.Width, photo.Height) * 0.55 / camera.Zoom / Side;
        var (sine, cosine) = Math.SinCos(camera.Degrees * Math.PI / 180);
        var frame = new byte[Side * Side * 3];
        var pixels = photo.Frame(0);
        for (int row = 0, to = 0; row < Side; row++)
        {
            for (int column = 0; column < Side; column++, to += 3)
            {
                double right = (column - (Side - 1) / 2.0) * step, down = (row - (Side - 1) / 2.0) * step;
                Sample(pixels, photo.Width, photo.Height, camera.X * photo.Width + cosine * right - sine * down, camera.Y * photo.Height + sine * right + cosine * down, frame.AsSpan(to, 3));
            }
        }

        return frame;
    }

    /// <summary>Bilinear; beyond its edges the photograph is mirrored.</summary>
    private static void Sample(ReadOnlySpan<byte> pixels, int width, int height, double x, double y, Span<byte> colour)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double across = x - left, down = y - top;
        int x0 = Mirror(left, width) * 3, x1 = Mirror(left + 1, width) * 3, y0 = Mirror(top, height) * width * 3, y1 = Mirror(top + 1, height) * width * 3;
        for (int channel = 0; channel < 3; channel++)
        {
            double above = pixels[y0 + x0 + channel] * (1 - across) + pixels[y0 + x1 + channel] * across;
            double below = pixels[y1 + x0 + channel] * (1 - across) + pixels[y1 + x1 + channel] * across;
            colour[channel] = (byte)(above * (1 - down) + below * down + 0.5);
        }
    }

    private static int Mirror(int position, int length)
    {
        int period = 2 * (length - 1), place = ((position % period) + period) % period;
        return Math.Min(place, period - place);
    }

    // The same on every machine and in every process, unlike string.GetHashCode.
    private static int HashCode(string text) => text.Aggregate(17, (hash, letter) => unchecked(hash * 31 + letter)) & 0xFFFF;

    /// <summary>Where a camera looks, as parts of the photograph's width and height, how close and how tilted.</summary>
    private readonly record struct Camera(double X, double Y, double Zoom, double Degrees);
}
