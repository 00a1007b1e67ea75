namespace Microsoft.ML.VideoMamba.Video.Decoding.Stills;

/// <summary>Opens a folder of images as one clip.</summary>
internal static class FrameFolderDecoder
{
    public static ImageDecoder Open(string name, string folder, VideoDecoderOptions options)
    {
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(folder).Where(MediaTypes.IsImage).OrderBy(file => Path.GetFileName(file), NaturalOrder.Instance)];
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new VideoException(name, "open", $"the folder cannot be read: {e.Message}", e);
        }

        if (files.Length == 0) throw new VideoException(name, "open", "is a directory without image files");
        return new ImageDecoder(name, files, options);
    }
}
