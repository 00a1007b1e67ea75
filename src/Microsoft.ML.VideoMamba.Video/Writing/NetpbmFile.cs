using System.Text;

namespace Microsoft.ML.VideoMamba.Video.Writing;

/// <summary>Writes clips as Netpbm pictures one after another in a file: without loss or compression, and without any native library. <see cref="Decoding.VideoDecoder"/> reads them.</summary>
public static class NetpbmFile
{
    /// <summary>Writes a clip, with one byte for each pixel if all its frames are grey and three if not.</summary>
    /// <param name="path">The file; its name must end with <c>.pnm</c>. One that exists is replaced; it appears whole or not at all.</param>
    /// <param name="clip">The clip, of at least one frame. Its times and frame numbers are not kept.</param>
    /// <exception cref="ArgumentException">The name does not fit, or there is no frame.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, VideoClip clip)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(clip);
        if (!path.EndsWith(MediaTypes.Netpbm, StringComparison.OrdinalIgnoreCase)) throw new ArgumentException($"{path}: the name of a Netpbm file ends with {MediaTypes.Netpbm}.", nameof(path));
        if (clip.Frames == 0) throw new ArgumentException("A file needs at least one frame.", nameof(clip));
        bool grey = Enumerable.Range(0, clip.Frames).All(t => IsGrey(clip.Frame(t)));
        byte[] header = Encoding.ASCII.GetBytes($"{(grey ? "P5" : "P6")}\n{clip.Width} {clip.Height}\n255\n");
        AtomicFile.Write(path, stream =>
        {
            for (int t = 0; t < clip.Frames; t++)
            {
                stream.Write(header);
                stream.Write(grey ? Levels(clip.Frame(t)) : clip.Frame(t));
            }
        });
    }

    private static bool IsGrey(ReadOnlySpan<byte> rgb)
    {
        for (int i = 0; i < rgb.Length; i += 3)
        {
            if (rgb[i] != rgb[i + 1] || rgb[i] != rgb[i + 2]) return false;
        }

        return true;
    }

    private static byte[] Levels(ReadOnlySpan<byte> rgb)
    {
        byte[] levels = new byte[rgb.Length / 3];
        for (int i = 0; i < levels.Length; i++) levels[i] = rgb[3 * i];
        return levels;
    }
}
