namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>
/// The parts of a data set that a folder holds: the original's <c>train.csv</c>, <c>val.csv</c> and <c>test.csv</c> (<c>.txt</c> too, also in a folder <c>meta</c> beside them), or the
/// folders <c>train</c>, <c>val</c> and <c>test</c> with one sub-folder for each class.
/// </summary>
/// <param name="Training">What is learned from, or null.</param>
/// <param name="Validation">What epochs are compared by, or null.</param>
/// <param name="Test">What a finished model is judged by, or null.</param>
public sealed record DataSplits(DataList? Training, DataList? Validation, DataList? Test)
{
    private static readonly string[] s_folders = ["", "meta"];
    private static readonly string[] s_extensions = [".csv", ".txt"];
    private static readonly string[] s_parts = ["train", "val", "test", "meta"];

    /// <summary>The parts that are there, by name.</summary>
    public IEnumerable<(string Name, DataList List)> Parts =>
        new[] { ("train", Training), ("val", Validation), ("test", Test) }.Where(part => part.Item2 is not null).Select(part => (part.Item1, part.Item2!));

    /// <summary>Reads the parts of a data set.</summary>
    /// <param name="path">The folder; or a list, or a folder of classes, which is then all to learn from.</param>
    /// <param name="options">How lists are read; the defaults if left out. Image lists are read below the folder of their part unless there is a prefix.</param>
    /// <exception cref="DataListException">There is nothing there, or a list is wrong.</exception>
    public static DataSplits Read(string path, DataListOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new DataListOptions();
        var splits = Directory.Exists(path) ? new DataSplits(ReadPart(path, "train", options), ReadPart(path, "val", options), ReadPart(path, "test", options)) : new DataSplits(null, null, null);
        return splits.Parts.Any() ? splits : new DataSplits(DataList.Read(path, options), null, null);
    }

    private static DataList? ReadPart(string folder, string part, DataListOptions options)
    {
        foreach (string below in s_folders)
        {
            foreach (string extension in s_extensions)
            {
                string file = Path.Combine(folder, below, part + extension), media = Path.Combine(folder, part);
                if (!File.Exists(file)) continue;
                return DataList.Read(file, options.Prefix is null && Directory.Exists(media) && below.Length > 0 ? options with { Prefix = media } : options);
            }
        }

        return Directory.Exists(Path.Combine(folder, part)) && HoldsPartsOnly(folder) ? DataList.Read(Path.Combine(folder, part)) : null;
    }

    // Beside folders of other names, train is a class like them.
    private static bool HoldsPartsOnly(string folder) => Directory.EnumerateDirectories(folder).All(below => s_parts.Contains(Path.GetFileName(below)));
}
