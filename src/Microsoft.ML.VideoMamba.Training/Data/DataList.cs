using System.Diagnostics.CodeAnalysis;
using Microsoft.VisualBasic.FileIO;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>
/// Labelled videos as a file or folder lists them. Read: a CSV with a header that names <c>path</c> and <c>label</c>; the original's lists without one
/// (<c>path label</c>, <c>path total_frames label</c>, <c>path,label,duration</c>; image lists too); a folder with one sub-folder for each class.
/// </summary>
public sealed class DataList
{
    private static readonly char[] s_separators = [',', '\t', ';', ' '];

    /// <summary>Makes a list of rows.</summary>
    /// <param name="source">Where they come from; messages name it.</param>
    /// <param name="rows">The rows, at least one.</param>
    /// <exception cref="DataListException">There is no row.</exception>
    public DataList(string source, IReadOnlyList<DataRow> rows)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0) throw new DataListException(source, "no video is listed");
        (Source, Rows) = (source, rows);
    }

    /// <summary>The file or folder.</summary>
    public string Source { get; }

    /// <summary>The rows, in the file's order, or sorted by class and path.</summary>
    public IReadOnlyList<DataRow> Rows { get; }

    /// <summary>Whether labels are the classes' numbers, as in the original's lists: there is no header, and all labels are whole numbers.</summary>
    public bool IsNumbered { get; private init; }

    /// <summary>Reads a list file or a folder of classes.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">How a file is read; the defaults if left out.</param>
    /// <exception cref="DataListException">There is no such file or folder, it lists nothing, or lines are wrong: all of them are in the exception.</exception>
    public static DataList Read(string path, DataListOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) return ReadFolder(path);
        if (!File.Exists(path)) throw new DataListException(path, "no such file or folder");
        options ??= new DataListOptions();
        using var text = new StreamReader(path);
        return Read(text, path, options);
    }

    /// <summary>Reads a list from text.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="source">The list's path, whose folder relative paths may be in; messages name it.</param>
    /// <param name="options">How it is read.</param>
    /// <inheritdoc cref="Read(string, DataListOptions?)"/>
    public static DataList Read(TextReader text, string source, DataListOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentNullException.ThrowIfNull(options);
        var lines = Split(text.ReadToEnd(), source, options);
        if (lines.Count == 0) throw new DataListException(source, "no video is listed");
        var columns = ListColumns.OfHeader(lines[0].Fields);
        var rows = new List<DataRow>();
        var errors = new List<(int, string)>();
        foreach (var (line, fields) in columns is null ? lines : lines.Skip(1))
        {
            if ((columns ?? ListColumns.Of(options.Format, fields.Length)).TryRead(line, fields, out var row, out string? reason)) rows.Add(row);
            else errors.Add((line, reason));
        }

        if (errors.Count > 0) throw new DataListException(source, errors);
        return new DataList(source, Placed(rows, source, options.Prefix)) { IsNumbered = columns is null && rows.TrueForAll(row => row.Label.All(char.IsAsciiDigit)) };
    }

    /// <summary>Writes rows as a CSV with a header.</summary>
    /// <param name="text">Where to.</param>
    public void Write(TextWriter text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text.WriteLine("path,label");
        foreach (var row in Rows) text.WriteLine($"{Quoted(row.Path)},{Quoted(row.Label)}");
    }

    private static DataList ReadFolder(string path)
    {
        try
        {
            return new DataList(path, [.. Video.VideoFolder.Read(path).Select(video => new DataRow(0, video.Path, video.Label))]);
        }
        catch (InvalidDataException error)
        {
            throw new DataListException(path, error.Message.Replace(path + ": ", "", StringComparison.Ordinal));
        }
    }

    private static List<(int Line, string[] Fields)> Split(string text, string source, DataListOptions options)
    {
        string first = text.AsSpan().TrimStart().ToString().Split('\n')[0];
        char separator = options.Separator ?? Array.Find(s_separators, first.Contains);
        if (separator == default) separator = ',';
        var lines = new List<(int, string[])>();
        var errors = new List<(int, string)>();
        string[] all = text.Split('\n');
        for (int i = 0; i < all.Length; i++)
        {
            string line = all[i].Trim();
            if (line.Length == 0) continue;
            if (!line.Contains('"')) lines.Add((i + 1, separator == ' ' ? SplitAtSpaces(line, options.Format == ListFormat.PathLabel ? 2 : 3) : line.Split(separator, StringSplitOptions.TrimEntries)));
            else if (TrySplitQuoted(line, separator, out string[]? fields)) lines.Add((i + 1, fields));
            else errors.Add((i + 1, "a quotation mark is not closed, or stands inside a field without being doubled"));
        }

        return errors.Count == 0 ? lines : throw new DataListException(source, errors);
    }

    private static bool TrySplitQuoted(string line, char separator, [NotNullWhen(true)] out string[]? fields)
    {
        using var parser = new TextFieldParser(new StringReader(line)) { Delimiters = [separator.ToString()], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = true };
        try
        {
            return (fields = parser.ReadFields()) is not null;
        }
        catch (MalformedLineException)
        {
            fields = null;
            return false;
        }
    }

    // A path may hold spaces: the other columns are what follows the last ones.
    private static string[] SplitAtSpaces(string line, int columns)
    {
        var fields = new LinkedList<string>();
        while (fields.Count < columns - 1 && line.LastIndexOf(' ') is >= 0 and var at)
        {
            fields.AddFirst(line[(at + 1)..]);
            line = line[..at].TrimEnd();
        }

        return [line, .. fields];
    }

    private static List<DataRow> Placed(List<DataRow> rows, string source, string? prefix)
    {
        string? relative = rows.Find(row => !Path.IsPathRooted(row.Path))?.Path;
        if (relative is null) return rows;
        string own = Path.GetDirectoryName(source) ?? "";
        string folder = prefix ?? (!Exists(Path.Combine(own, relative)) && Exists(relative) ? "" : own);
        return rows.ConvertAll(row => row with { Path = Path.Combine(folder, row.Path) });
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 && field == field.Trim() ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
