namespace Microsoft.ML.VideoMamba.Video;

/// <summary>Finds videos in folders, in an order that does not depend on the machine.</summary>
public static class VideoFolder
{
    /// <summary>Reads a data set with one sub-folder for each class; the sub-folder's name is the label.</summary>
    /// <param name="folder">The folder of classes.</param>
    /// <returns>Every video, image and folder of frames below each class, sorted ordinally by class and path. Files beside the classes are not taken.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">No class holds a video.</exception>
    public static IReadOnlyList<LabeledVideo> Read(string folder)
    {
        ThrowIfMissing(folder);
        var rows = new List<LabeledVideo>();
        foreach (string one in Sorted(Directory.EnumerateDirectories(folder)))
        {
            string label = Path.GetFileName(one);
            rows.AddRange(ClipsOf(one).Select(path => new LabeledVideo { Path = path, Label = label }));
        }

        return rows.Count > 0 ? rows : throw new InvalidDataException($"{folder}: no sub-folder (one for each class) holds a video.");
    }

    /// <summary>Every video and image file below a folder, sorted ordinally.</summary>
    /// <param name="folder">The folder, read with all its sub-folders.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        ThrowIfMissing(folder);
        return [.. Sorted(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => MediaTypes.IsVideo(file) || MediaTypes.IsImage(file)))];
    }

    /// <summary>Whether a folder is a clip of its own: it holds images and no video.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsFrameFolder(string folder)
    {
        ThrowIfMissing(folder);
        string[] files = Directory.GetFiles(folder);
        return files.Any(MediaTypes.IsImage) && !files.Any(MediaTypes.IsVideo);
    }

    /// <summary>In a class's own folder each image is a clip; in a folder below it images are the frames of one.</summary>
    private static IEnumerable<string> ClipsOf(string classFolder)
    {
        var below = Directory.EnumerateDirectories(classFolder, "*", SearchOption.AllDirectories).ToList();
        var frames = below.Where(IsFrameFolder).ToHashSet();
        var files = below.Where(folder => !frames.Contains(folder)).Append(classFolder).SelectMany(Directory.EnumerateFiles);
        return Sorted(files.Where(file => MediaTypes.IsVideo(file) || MediaTypes.IsImage(file)).Concat(frames));
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> paths) => paths.Order(StringComparer.Ordinal);

    private static void ThrowIfMissing(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: no such folder.");
    }
}
