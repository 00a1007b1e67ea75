using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>Clips of one light shape that moves over an even dark ground. The class is the shape, or the way that a square moves; colours, size and place are drawn.</summary>
internal static class ShapeClips
{
    private const int Side = 72, Frames = 12;

    private static readonly (string Name, Func<double, double, bool> Holds)[] s_shapes =
    [
        ("circle", (x, y) => x * x + y * y <= 1),
        ("cross", (x, y) => Math.Min(Math.Abs(x), Math.Abs(y)) <= 0.3 && Math.Max(Math.Abs(x), Math.Abs(y)) <= 1),
        ("square", (x, y) => Math.Max(Math.Abs(x), Math.Abs(y)) <= 0.85),
        ("triangle", (x, y) => y <= 0.8 && Math.Abs(x) <= (y + 1) * 0.55),
    ];

    private static readonly Func<double, double, bool> s_square = s_shapes[2].Holds;

    /// <summary>Writes MP4 files, FOLDER/SHAPE/NUMBER.mp4, of shapes anywhere that move anyhow.</summary>
    public static void WriteShapes(string folder, int perClass, int seed)
    {
        var random = new Random(seed);
        foreach (var (name, holds) in s_shapes) Write(Path.Combine(folder, name), perClass, path => Make(path, holds, radius: 10 + 8 * random.NextDouble(), AnyWay(random), random));
    }

    /// <summary>Writes MP4 files, FOLDER/WAY/NUMBER.mp4, of one small square each.</summary>
    public static void WriteSquares(string folder, int perClass, int seed)
    {
        var random = new Random(seed);
        foreach (var (name, x, y) in MovingTextures.Classes)
        {
            Write(Path.Combine(folder, name), perClass, path =>
            {
                double speed = 1.5 + 2 * random.NextDouble();
                return Make(path, s_square, radius: 5 + 3 * random.NextDouble(), (x * speed, y * speed), random);
            });
        }
    }

    private static void Write(string folder, int count, Func<string, VideoClip> make)
    {
        Directory.CreateDirectory(folder);
        for (int i = 0; i < count; i++)
        {
            string path = Path.Combine(folder, $"{i:000}.mp4");
            ClipFile.Write(path, make(path), framesPerSecond: 12);
        }
    }

    private static (double X, double Y) AnyWay(Random random)
    {
        var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
        double speed = 3 * random.NextDouble();
        return (speed * cos, speed * sin);
    }

    /// <summary>The shape is inside the frame from the first frame to the last.</summary>
    private static VideoClip Make(string path, Func<double, double, bool> holds, double radius, (double X, double Y) velocity, Random random)
    {
        byte[] ground = Color(10, 70, random), color = Color(120, 256, random);
        double startX = Start(radius, velocity.X, random), startY = Start(radius, velocity.Y, random);
        return new VideoClip(path, Side, Side, [.. Enumerable.Range(0, Frames).Select(t => Draw(startX + t * velocity.X, startY + t * velocity.Y))]);

        ReadOnlyMemory<byte> Draw(double centreX, double centreY)
        {
            byte[] frame = new byte[Side * Side * 3];
            for (int y = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++) (holds((x - centreX) / radius, (y - centreY) / radius) ? color : ground).CopyTo(frame, (y * Side + x) * 3);
            }

            return frame;
        }
    }

    private static double Start(double radius, double velocity, Random random)
    {
        double way = (Frames - 1) * velocity, least = radius - Math.Min(0, way), most = Side - 1 - radius - Math.Max(0, way);
        return least + (most - least) * random.NextDouble();
    }

    private static byte[] Color(int least, int most, Random random) => [(byte)random.Next(least, most), (byte)random.Next(least, most), (byte)random.Next(least, most)];
}
