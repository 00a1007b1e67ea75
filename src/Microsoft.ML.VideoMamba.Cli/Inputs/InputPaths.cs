using System.Text.RegularExpressions;
using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Cli.Inputs;

/// <summary>Turns the paths of a command line into the clips and images that they mean.</summary>
internal static partial class InputPaths
{
    /// <summary>
    /// A file is taken as it is; a folder gives its videos and images, sub-folders included, sorted; a pattern (*, ?, **) gives what matches it, sorted;
    /// <c>-</c> gives the lines of standard input. What leads nowhere comes back with an error.
    /// </summary>
    /// <param name="paths">As the user wrote them.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="frameFolders">Whether a folder that holds nothing but numbered images is one clip of frames.</param>
    public static IEnumerable<InputPath> Expand(IEnumerable<string> paths, TextReader input, bool frameFolders) =>
        paths.SelectMany(path => path == "-" ? Lines(input).SelectMany(line => ExpandOne(line, frameFolders)) : ExpandOne(path, frameFolders));

    private static IEnumerable<string> Lines(TextReader input)
    {
        while (input.ReadLine() is { } line)
        {
            if (line.Trim() is { Length: > 0 } path) yield return path;
        }
    }

    private static IEnumerable<InputPath> ExpandOne(string path, bool frameFolders)
    {
        if (File.Exists(path)) return [new InputPath(path)];
        var found = Directory.Exists(path) ? ExpandFolder(path, frameFolders) : path.AsSpan().ContainsAny('*', '?') ? ExpandPattern(path) : null;
        if (found is null) return [new InputPath(path, "file not found")];
        return found.Count > 0 ? found : [new InputPath(path, "no video or image found here")];
    }

    private static List<InputPath> ExpandFolder(string folder, bool frameFolders)
    {
        if (frameFolders && HoldsNumberedFrames(folder)) return [new InputPath(folder)];
        var files = Directory.EnumerateFiles(folder).Where(IsMedia).Order(StringComparer.Ordinal).Select(file => new InputPath(file));
        var folders = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(inner => ExpandFolder(inner, frameFolders));
        return [.. files, .. folders];
    }

    private static bool IsMedia(string path) => MediaTypes.IsVideo(path) || MediaTypes.IsImage(path);

    /// <summary>Frames written by a tool: at least two images and nothing else, their names alike but for a number.</summary>
    private static bool HoldsNumberedFrames(string folder)
    {
        var names = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).ToList();
        return names.Count >= 2
            && names.All(MediaTypes.IsImage)
            && names.Select(name => Number().Replace(name, "#", 1)).Distinct(StringComparer.OrdinalIgnoreCase).Count() == 1
            && Number().IsMatch(names[0]);
    }

    /// <summary>The library knows * and **; a ? is matched by * first and then exactly.</summary>
    private static List<InputPath> ExpandPattern(string pattern)
    {
        string normal = pattern.Replace('\\', '/');
        if (!OperatingSystem.IsWindows()) normal = pattern;
        int wild = normal.AsSpan().IndexOfAny('*', '?');
        int slash = normal.LastIndexOf('/', wild);
        string root = slash < 0 ? "." : slash == 0 ? "/" : normal[..slash];
        if (!Directory.Exists(root)) return [];
        var matcher = new Matcher(StringComparison.Ordinal).AddInclude(normal[(slash + 1)..].Replace('?', '*'));
        var exact = new Regex("^" + Regex.Escape(normal[(slash + 1)..]).Replace(@"\*\*/", "(.*/)?", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant);
        return
        [
            .. matcher.Execute(new DirectoryInfoWrapper(new DirectoryInfo(root))).Files
                .Where(file => exact.IsMatch(file.Path))
                .Select(file => slash < 0 ? file.Path : Path.Combine(root, file.Path))
                .Order(StringComparer.Ordinal)
                .Select(file => new InputPath(file)),
        ];
    }

    [GeneratedRegex("[0-9]+(?=[^0-9]*$)")]
    private static partial Regex Number();
}
