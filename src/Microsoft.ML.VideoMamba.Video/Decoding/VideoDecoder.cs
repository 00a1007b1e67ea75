using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using Microsoft.ML.VideoMamba.Video.Decoding.Stills;

namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Opens sources with the decoder that fits them.</summary>
public static class VideoDecoder
{
    /// <summary>The environment variable that names the backend for <see cref="VideoBackend.Auto"/>: <c>auto</c> or <c>opencv</c>.</summary>
    public const string BackendVariable = "VIDEOMAMBA_VIDEO_BACKEND";

    private static readonly Dictionary<VideoBackend, IVideoBackend> s_backends = new() { [VideoBackend.OpenCv] = new OpenCvBackend() };

    /// <summary>Opens a source at its first frame.</summary>
    /// <param name="source">A video, an image, a folder of images, or bytes in memory.</param>
    /// <param name="options">How to decode; the defaults if left out.</param>
    /// <returns>A decoder that stands before the first frame.</returns>
    /// <exception cref="VideoException">The source cannot be opened; the message names it and the reason.</exception>
    /// <exception cref="InvalidOperationException"><c>VIDEOMAMBA_VIDEO_BACKEND</c> names no backend.</exception>
    /// <exception cref="DllNotFoundException">The backend's native library is missing; the message says what to install.</exception>
    public static IVideoDecoder Open(VideoSource source, VideoDecoderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var chosen = (options ?? VideoDecoderOptions.Default).Checked();
        if (source.Path is null) return OpenContent(source, chosen);
        if (Directory.Exists(source.Path)) return FrameFolderDecoder.Open(source.Name, source.Path, chosen);

        CheckReadable(source.Name, source.Path);
        return MediaTypes.IsImage(source.Path) ? new ImageDecoder(source.Name, [source.Path], chosen) : OpenVideo(source.Name, source.Path, chosen);
    }

    /// <summary>The backend that a choice leads to on this machine.</summary>
    /// <param name="backend">The choice.</param>
    /// <exception cref="InvalidOperationException"><c>VIDEOMAMBA_VIDEO_BACKEND</c> names no backend.</exception>
    public static VideoBackend Resolve(VideoBackend backend = VideoBackend.Auto)
    {
        if (!Enum.IsDefined(backend)) throw new ArgumentOutOfRangeException(nameof(backend), backend, "No such video backend.");
        if (backend != VideoBackend.Auto) return backend;
        string? named = Environment.GetEnvironmentVariable(BackendVariable);
        if (string.IsNullOrEmpty(named) || named.Equals("auto", StringComparison.OrdinalIgnoreCase)) return VideoBackend.OpenCv;
        if (!char.IsAsciiDigit(named[0]) && Enum.TryParse(named, ignoreCase: true, out VideoBackend found)) return found;
        string known = string.Join(", ", Enum.GetNames<VideoBackend>()).ToLowerInvariant();
        throw new InvalidOperationException($"{BackendVariable} is '{named}'; the video backends are {known}.");
    }

    /// <summary>The name and version of a backend's library, as it stands in <see cref="IVideoDecoder.Backend"/>.</summary>
    /// <param name="backend">The backend.</param>
    /// <exception cref="DllNotFoundException">Its native library is missing.</exception>
    public static string Describe(VideoBackend backend = VideoBackend.Auto) => s_backends[Resolve(backend)].Description;

    private static OwningDecoder OpenContent(VideoSource source, VideoDecoderOptions options)
    {
        if (source.Content.IsEmpty) throw new VideoException(source.Name, "open", "the content is empty");
        var file = TemporaryVideoFile.Write(source.Content.Span);
        try
        {
            return new OwningDecoder(OpenVideo(source.Name, file.Path, options), file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static IVideoDecoder OpenVideo(string name, string path, VideoDecoderOptions options) => s_backends[Resolve(options.Backend)].Open(name, path, options);

    private static void CheckReadable(string name, string path)
    {
        if (!File.Exists(path)) throw new VideoException(name, "open", "file not found");
        try
        {
            using var file = File.OpenRead(path);
            if (file.CanSeek && file.Length == 0) throw new VideoException(name, "open", "the file is empty");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not VideoException))
        {
            throw new VideoException(name, "open", $"the file cannot be read: {e.Message}", e);
        }
    }
}
