using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>A video to decode, rendered and then deleted: four seconds of a texture of coloured squares that moves, MPEG-4 at 30 frames a second.</summary>
internal sealed class RenderedVideo : IDisposable
{
    public const int Frames = 120;

    private const double FramesPerSecond = 30;
    private const int SquareSide = 12;

    public RenderedVideo(int height, int width)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"videomamba-bench-{Guid.NewGuid():N}.mp4");
        var frames = Enumerable.Range(0, Frames).Select(t => (ReadOnlyMemory<byte>)Frame(height, width, t)).ToList();
        ClipFile.Write(Path, new VideoClip(Path, height, width, frames), FramesPerSecond);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);

    private static byte[] Frame(int height, int width, int t)
    {
        byte[] frame = new byte[height * width * 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                uint square = unchecked((uint)((y + t) / SquareSide * 7919 + (x + 2 * t) / SquareSide) * 2654435761u);
                for (int channel = 0; channel < 3; channel++) frame[(y * width + x) * 3 + channel] = (byte)(square >> (8 * channel + 8));
            }
        }

        return frame;
    }
}
