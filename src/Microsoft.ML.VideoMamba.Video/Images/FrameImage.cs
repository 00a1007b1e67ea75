using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using Microsoft.ML.VideoMamba.Video.Writing;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Images;

/// <summary>Writes frames as PNG files.</summary>
public static class FrameImage
{
    /// <summary>Writes one frame. The file appears whole or not at all.</summary>
    /// <param name="path">The PNG file; one that exists is replaced.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="t">Which frame of the clip.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, VideoClip clip, int t)
    {
        ArgumentNullException.ThrowIfNull(clip);
        Write(path, clip.Height, clip.Width, clip.Frame(t));
    }

    /// <summary>Writes every frame of a clip, each named by its number in the video: 000017.png.</summary>
    /// <param name="folder">The folder, made if it is missing.</param>
    /// <param name="clip">The clip.</param>
    /// <returns>The files' paths, in the clip's order.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static IReadOnlyList<string> WriteAll(string folder, VideoClip clip)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(clip);
        Directory.CreateDirectory(folder);
        var paths = new string[clip.Frames];
        for (int t = 0; t < paths.Length; t++)
        {
            paths[t] = Path.Combine(folder, $"{clip.Indices[t]:D6}.png");
            Write(paths[t], clip, t);
        }

        return paths;
    }

    /// <summary>Writes rows of RGB.</summary>
    internal static unsafe void Write(string path, int height, int width, ReadOnlySpan<byte> rgb)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        OpenCvRuntime.Load();
        byte[] png;
        fixed (byte* pixels = rgb)
        {
            using var view = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)pixels);
            using var bgr = new Mat();
            Cv2.CvtColor(view, bgr, ColorConversionCodes.RGB2BGR);
            png = bgr.ImEncode(".png");
        }

        AtomicFile.Write(path, stream => stream.Write(png));
    }
}
