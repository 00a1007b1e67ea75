using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Writing;

/// <summary>Writes clips as video files.</summary>
public static class ClipFile
{
    // OpenCV writes narrower files, but reads no frame of them.
    private const int LeastWidth = 18;

    /// <summary>Writes a clip as MPEG-4 part 2 in an MP4 file, which every backend here reads. The codec is lossy, about 30 KB for 16 frames of 112 x 112.</summary>
    /// <param name="path">The file; its name must end with <c>.mp4</c>. One that exists is replaced; it appears whole or not at all.</param>
    /// <param name="clip">The clip, of at least one frame, its sides even, at least 18 pixels wide.</param>
    /// <param name="framesPerSecond">Frames a second, above 0; the clip's own times are not kept.</param>
    /// <exception cref="ArgumentException">The name, the clip's size or the rate does not fit.</exception>
    /// <exception cref="VideoException">The file cannot be written.</exception>
    public static void Write(string path, VideoClip clip, double framesPerSecond)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(clip);
        if (!path.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase)) throw new ArgumentException($"{path}: the name of an MP4 file ends with .mp4.", nameof(path));
        if (clip.Frames == 0) throw new ArgumentException("A video needs at least one frame.", nameof(clip));
        if (clip.Width < LeastWidth) throw new ArgumentException($"The clip must be at least {LeastWidth} pixels wide; it has {clip.Width}.", nameof(clip));
        if (clip.Height % 2 != 0 || clip.Width % 2 != 0) throw new ArgumentException($"The sides must be even (4:2:0 colour); they are {clip.Width} x {clip.Height}.", nameof(clip));
        if (!(framesPerSecond > 0) || !double.IsFinite(framesPerSecond)) throw new ArgumentOutOfRangeException(nameof(framesPerSecond), framesPerSecond, "The rate must be above 0.");
        OpenCvRuntime.Load();
        string full = Path.GetFullPath(path), beside = $"{full}.{Guid.NewGuid():N}.mp4";
        try
        {
            Encode(beside, clip, framesPerSecond, path);
            File.Move(beside, full, overwrite: true);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or (IOException and not VideoException))
        {
            throw new VideoException(path, "write", error.Message, error);
        }
        finally
        {
            if (File.Exists(beside)) File.Delete(beside);
        }
    }

    private static unsafe void Encode(string file, VideoClip clip, double framesPerSecond, string name)
    {
        // OpenCV says nothing of why a file cannot be made, and nothing at all of a disk that is full.
        using (File.Create(file))
        {
        }

        using (var writer = new VideoWriter(file, VideoCaptureAPIs.FFMPEG, VideoWriter.FourCC('m', 'p', '4', 'v'), framesPerSecond, new Size(clip.Width, clip.Height)))
        {
            if (!writer.IsOpened()) throw new VideoException(name, "write", "the encoder does not start");
            using var bgr = new Mat();
            for (int t = 0; t < clip.Frames; t++)
            {
                fixed (byte* pixels = clip.Frame(t))
                {
                    using var rgb = Mat.FromPixelData(clip.Height, clip.Width, MatType.CV_8UC3, (nint)pixels);
                    Cv2.CvtColor(rgb, bgr, ColorConversionCodes.RGB2BGR);
                }

                writer.Write(bgr);
            }
        }

        if (!EndsWithIndex(file)) throw new VideoException(name, "write", "the file is not whole: the disk may be full");
    }

    /// <summary>The encoder writes a file's index (moov) last: a file without one was cut off.</summary>
    private static bool EndsWithIndex(string file)
    {
        using var stream = File.OpenRead(file);
        Span<byte> head = stackalloc byte[16];
        for (long at = 0; at + 8 <= stream.Length;)
        {
            stream.Position = at;
            int read = stream.ReadAtLeast(head, 8, throwOnEndOfStream: false);
            long size = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(head);
            if (size == 1 && read == 16) size = (long)System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(head[8..]);
            if (head[4..8].SequenceEqual("moov"u8)) return size >= 8 && at + size <= stream.Length;
            if (size < 8) return false;
            at += size;
        }

        return false;
    }
}
