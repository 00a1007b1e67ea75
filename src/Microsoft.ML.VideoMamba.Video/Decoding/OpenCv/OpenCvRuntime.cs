using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.Native;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>Loads OpenCV's native library once, quietly, also on a machine without a desktop.</summary>
internal sealed partial class OpenCvRuntime
{
    private static readonly Lazy<OpenCvRuntime> s_instance = new(() => new OpenCvRuntime(), LazyThreadSafetyMode.ExecutionAndPublication);

    private OpenCvRuntime()
    {
        bool quiet = Environment.GetEnvironmentVariable(VideoDecoder.LogVariable) != "1";
        if (quiet) NativeEnvironment.SetDefault("OPENCV_FFMPEG_LOGLEVEL", "-8");

        // An image's pixels are limited inside the library, as its size is known only when it is decoded.
        NativeEnvironment.SetDefault("OPENCV_IO_MAX_IMAGE_PIXELS", "67108864");
        StubLibrary.LoadMissing();
        try
        {
            if (quiet) Cv2.SetLogLevel(LogLevel.SILENT);
            string build = Cv2.GetBuildInformation() ?? "";
            FormatVersion = AvformatVersion().Match(build) is { Success: true } found ? Version.Parse(found.Groups[1].Value) : null;
            Description = $"OpenCV {Cv2.GetVersionString()} ({(FormatVersion is null ? "no FFmpeg" : $"libavformat {FormatVersion}")})";
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw new DllNotFoundException(
                "OpenCV's native library could not be loaded: the app must reference an OpenCvSharp4 runtime package for this platform"
                + (OperatingSystem.IsLinux() ? ", and on Linux may need libgtk-3-0 (Debian, Ubuntu) or gtk3 (RHEL)." : "."),
                e);
        }

        Libav = FormatVersion is null ? null : LibavExports.Find(FormatVersion);
        if (quiet) Libav?.Silence();
    }

    /// <summary>The library and its version, for metadata and messages.</summary>
    public string Description { get; }

    /// <summary>The version of the libavformat inside; null if the library was built without FFmpeg.</summary>
    public Version? FormatVersion { get; }

    /// <summary>The FFmpeg functions that the library exports; null where they are not exported or of a version whose structures are not known.</summary>
    public LibavExports? Libav { get; }

    /// <summary>The loaded library.</summary>
    /// <exception cref="DllNotFoundException">It is missing, or something that it needs is; the message says what to install.</exception>
    public static OpenCvRuntime Load() => s_instance.Value;

    [GeneratedRegex(@"avformat:\s+YES \((\d+\.\d+\.\d+)\)")]
    private static partial Regex AvformatVersion();
}
