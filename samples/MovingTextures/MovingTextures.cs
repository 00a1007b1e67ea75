using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

/// <summary>Clips whose class is the way that a random texture moves: a single frame says nothing, since the texture wraps around the frame.</summary>
internal static class MovingTextures
{
    public static readonly IReadOnlyList<(string Name, int X, int Y)> Classes = [("down", 0, 1), ("left", -1, 0), ("right", 1, 0), ("up", 0, -1)];

    private const int Blobs = 14;

    /// <summary>Writes clips: as MP4 files, FOLDER/CLASS/NUMBER.mp4, or as uncompressed frames, FOLDER/CLASS/NUMBER.pnm, which no native library is needed for.</summary>
    public static void Write(string folder, int perClass, int classes = 4, int side = 72, int frames = 12, int seed = 1, bool asFrames = false)
    {
        // One generator for all: those of neighbouring seeds begin alike, and looks would tell the classes.
        var random = new Random(seed);
        for (int label = 0; label < classes; label++)
        {
            Directory.CreateDirectory(Path.Combine(folder, Classes[label].Name));
            for (int i = 0; i < perClass; i++)
            {
                string path = Path.Combine(folder, Classes[label].Name, $"{i:000}{(asFrames ? ".pnm" : ".mp4")}");
                var clip = Make(label, side, frames, random, path);
                if (asFrames) NetpbmFile.Write(path, clip);
                else ClipFile.Write(path, clip, framesPerSecond: 12);
            }
        }
    }

    private static VideoClip Make(int label, int side, int frames, Random random, string path)
    {
        var texture = Texture(side, random);
        double speed = side * (0.03 + 0.03 * random.NextDouble());
        int startX = random.Next(side), startY = random.Next(side);
        var (_, x, y) = Classes[label];
        return new VideoClip(path, side, side,
            [.. Enumerable.Range(0, frames).Select(t => (ReadOnlyMemory<byte>)Shift(texture, side, startX - (int)Math.Round(t * speed * x), startY - (int)Math.Round(t * speed * y)))]);
    }

    private static byte[] Texture(int side, Random random)
    {
        byte[] texture = new byte[side * side * 3];
        Array.Fill(texture, (byte)(60 + random.Next(120)));
        for (int blob = 0; blob < Blobs; blob++)
        {
            int centreX = random.Next(side), centreY = random.Next(side), radius = side / 16 + random.Next(side / 8);
            byte[] color = [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)];
            for (int y = -radius; y <= radius; y++)
            {
                for (int x = -radius; x <= radius; x++)
                {
                    if (x * x + y * y <= radius * radius) color.CopyTo(texture, (Wrap(centreY + y, side) * side + Wrap(centreX + x, side)) * 3);
                }
            }
        }

        return texture;
    }

    private static byte[] Shift(byte[] texture, int side, int left, int top)
    {
        byte[] frame = new byte[texture.Length];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side; x++) texture.AsSpan((Wrap(top + y, side) * side + Wrap(left + x, side)) * 3, 3).CopyTo(frame.AsSpan((y * side + x) * 3));
        }

        return frame;
    }

    private static int Wrap(int value, int size) => (value % size + size) % size;
}
