using Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;
using Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;
using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using Microsoft.ML.VideoMamba.Video.Decoding.Stills;

namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Opens sources with the decoder that fits them.</summary>
public static class VideoDecoder
{
    /// <summary>The environment variable that names the backend for <see cref="VideoBackend.Auto"/>: <c>auto</c>, <c>opencv</c>, <c>ffmpeg</c> or <c>ffmpegpipe</c>.</summary>
    public const string BackendVariable = "VIDEOMAMBA_VIDEO_BACKEND";

    /// <summary>The environment variable that names the folder of the FFmpeg libraries to use instead of those that the system finds.</summary>
    public const string FFmpegFolderVariable = "VIDEOMAMBA_FFMPEG";

    /// <summary>The environment variable that leaves the libraries' own messages on stderr when it is <c>1</c>.</summary>
    public const string LogVariable = "VIDEOMAMBA_VIDEO_LOG";

    private static readonly Dictionary<VideoBackend, IVideoBackend> s_backends = new()
    {
        [VideoBackend.OpenCv] = new OpenCvBackend(),
        [VideoBackend.FFmpeg] = new FFmpegBackend(),
        [VideoBackend.FFmpegPipe] = new FFmpegPipeBackend(),
    };

    private static readonly Lazy<AutomaticChoice> s_choice = new(() => AutomaticChoice.Make(s_backends), LazyThreadSafetyMode.ExecutionAndPublication);
    private static readonly OnceNotice s_notice = new();

    /// <summary>Opens a source at its first frame.</summary>
    /// <param name="source">A video, an image, a folder of images, or bytes in memory.</param>
    /// <param name="options">How to decode; the defaults if left out.</param>
    /// <param name="cancellation">Ends the decoding, also between two frames.</param>
    /// <returns>A decoder that stands before the first frame.</returns>
    /// <exception cref="VideoException">The source cannot be opened; the message names it and the reason.</exception>
    /// <exception cref="InvalidOperationException"><c>VIDEOMAMBA_VIDEO_BACKEND</c> names no backend.</exception>
    /// <exception cref="DllNotFoundException">The backend's native library is missing; the message says what to install.</exception>
    public static IVideoDecoder Open(VideoSource source, VideoDecoderOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var chosen = (options ?? VideoDecoderOptions.Default).Checked();
        return ShrinkingDecoder.Around(OpenWhole(source, chosen, cancellation), chosen.MaxShortSide);
    }

    /// <summary>The backend that a choice leads to on this machine.</summary>
    /// <param name="backend">The choice.</param>
    /// <exception cref="InvalidOperationException"><c>VIDEOMAMBA_VIDEO_BACKEND</c> names no backend.</exception>
    public static VideoBackend Resolve(VideoBackend backend = VideoBackend.Auto)
    {
        if (!Enum.IsDefined(backend)) throw new ArgumentOutOfRangeException(nameof(backend), backend, "No such video backend.");
        if (backend != VideoBackend.Auto) return backend;
        string? named = Environment.GetEnvironmentVariable(BackendVariable);
        if (string.IsNullOrEmpty(named) || named.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            var choice = s_choice.Value;
            s_notice.Give(choice.Reason);
            return choice.Backend;
        }

        if (!char.IsAsciiDigit(named[0]) && Enum.TryParse(named, ignoreCase: true, out VideoBackend found)) return found;
        string known = string.Join(", ", Enum.GetNames<VideoBackend>()).ToLowerInvariant();
        throw new InvalidOperationException($"{BackendVariable} is '{named}'; the video backends are {known}.");
    }

    /// <summary>The name and version of a backend's library, as it stands in <see cref="IVideoDecoder.Backend"/>.</summary>
    /// <param name="backend">The backend.</param>
    /// <exception cref="DllNotFoundException">Its native library is missing.</exception>
    public static string Describe(VideoBackend backend = VideoBackend.Auto) => s_backends[Resolve(backend)].Description;

    /// <summary>
    /// Has the choice that <see cref="VideoBackend.Auto"/> leads to said once, as a line for a log: when it is first made, or at once if it was made before.
    /// </summary>
    /// <param name="listener">Takes the line.</param>
    public static void OnAutomaticChoice(Action<string> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        s_notice.Add(listener);
    }

    private static IVideoDecoder OpenWhole(VideoSource source, VideoDecoderOptions chosen, CancellationToken cancellation)
    {
        if (source.Path is { } path)
        {
            if (Directory.Exists(path)) return FrameFolderDecoder.Open(source.Name, path, chosen);
            CheckReadable(source.Name, path);
            if (MediaTypes.IsNetpbm(path)) return new NetpbmDecoder(source.Name, path, chosen);
            if (MediaTypes.IsImage(path)) return new ImageDecoder(source.Name, [path], chosen);
        }
        else if (source.Content.IsEmpty)
        {
            throw new VideoException(source.Name, "open", "the content is empty");
        }

        return s_backends[Resolve(chosen.Backend)].Open(source, chosen, cancellation);
    }

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
