namespace Microsoft.ML.VideoMamba.Video;

/// <summary>Which files of a folder are taken for videos and images. A file that is named outright is opened whatever its extension.</summary>
public static class MediaTypes
{
    /// <summary>The extension of Netpbm files, which hold one picture or several.</summary>
    internal const string Netpbm = ".pnm";

    private static readonly HashSet<string> s_videos = new(StringComparer.OrdinalIgnoreCase)
    {
        ".3gp", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv", Netpbm, ".ts", ".webm", ".wmv",
    };

    private static readonly HashSet<string> s_images = new(StringComparer.OrdinalIgnoreCase)
    {
        ".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp",
    };

    /// <summary>Whether the extension is a video's (animated GIF included).</summary>
    /// <param name="path">A file name or path.</param>
    public static bool IsVideo(string path) => s_videos.Contains(Path.GetExtension(path));

    /// <summary>Whether the extension is a Netpbm file's.</summary>
    internal static bool IsNetpbm(string path) => Path.GetExtension(path).Equals(Netpbm, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the extension is a still image's.</summary>
    /// <param name="path">A file name or path.</param>
    public static bool IsImage(string path) => s_images.Contains(Path.GetExtension(path));
}
