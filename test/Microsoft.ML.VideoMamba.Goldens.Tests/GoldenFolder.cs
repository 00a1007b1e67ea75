using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>The folder of cases under test.</summary>
internal static class GoldenFolder
{
    public static string Path { get; } =
        Environment.GetEnvironmentVariable("VIDEOMAMBA_GOLDENS") is { Length: > 0 } folder ? folder : RepositoryPaths.Goldens;

    /// <summary>Every folder with a manifest, sorted. An empty set of cases is an error, not a success.</summary>
    public static IReadOnlyList<string> CaseNames()
    {
        if (!System.IO.Path.IsPathFullyQualified(Path))
        {
            throw new InvalidOperationException($"VIDEOMAMBA_GOLDENS must be an absolute path; it is '{Path}'.");
        }

        var names = Directory.EnumerateFiles(Path, "manifest.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(file => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal)
            .ToList();
        return names.Count > 0 ? names : throw new InvalidOperationException($"No case (a folder with manifest.json) in '{Path}'.");
    }
}
