namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>Finds the checkout's own files: tests read media and goldens in place instead of copying them to every output folder.</summary>
internal static class RepositoryPaths
{
    /// <summary>The folder that holds the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Real and broken clips, with a README that says what each one is.</summary>
    public static string Media { get; } = Path.Combine(Root, "test", "media");

    /// <summary>Numbers computed by the original code, with a README that says what each one is.</summary>
    public static string Goldens { get; } = Path.Combine(Root, "test", "goldens");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.VideoMamba.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"Tests must run inside a checkout: no Microsoft.ML.VideoMamba.sln above {AppContext.BaseDirectory}.");
    }
}
