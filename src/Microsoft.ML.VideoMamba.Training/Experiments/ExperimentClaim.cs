namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>A folder as one experiment's own: until it is disposed no other experiment can be begun there or gone on with. A claim in which nothing was begun leaves nothing.</summary>
public sealed class ExperimentClaim : IDisposable
{
    private readonly bool _isNew;

    private ExperimentClaim(ExperimentFolder folder, FileStream journal, bool isNew) => (Folder, Journal, _isNew) = (folder, journal, isNew);

    /// <summary>The folder.</summary>
    public ExperimentFolder Folder { get; }

    /// <summary>The journal's file, empty where nothing was begun yet.</summary>
    internal FileStream Journal { get; }

    /// <summary>Takes a folder; it is made if it is not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="resume">Whether to go on with the experiment that it may hold.</param>
    /// <exception cref="ExperimentException">It holds an experiment that is not to be gone on with or that runs already, or files that are no experiment's and would be replaced.</exception>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static ExperimentClaim Take(string folder, bool resume)
    {
        var files = new ExperimentFolder(folder);
        if (files.Foreign is { } foreign) throw new ExperimentException($"{files.FullName} holds {Path.GetFileName(foreign)}, which is no experiment's and would be replaced: choose another folder.");
        if (files.HoldsExperiment && !resume) throw new ExperimentException($"{files.Journal} is the journal of an experiment: resume it, or choose another folder.");
        bool isNew = !Directory.Exists(files.FullName);
        try
        {
            Directory.CreateDirectory(files.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ExperimentException($"{files.FullName} cannot be made: {error.Message}", error);
        }

        try
        {
            return new ExperimentClaim(files, new FileStream(files.Journal, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0), isNew);
        }
        catch (IOException error)
        {
            throw new ExperimentException($"{files.Journal} cannot be opened, perhaps because the experiment runs already: {error.Message}", error);
        }
    }

    /// <summary>Lets others have the folder.</summary>
    public void Dispose()
    {
        if (!Journal.CanRead) return;
        bool isEmpty = Journal.Length == 0;
        // Where a file that is open can be deleted, nobody can take it in between.
        if (isEmpty && !OperatingSystem.IsWindows()) File.Delete(Journal.Name);
        Journal.Dispose();
        if (isEmpty && OperatingSystem.IsWindows()) File.Delete(Journal.Name);
        if (isEmpty && _isNew && !Directory.EnumerateFileSystemEntries(Folder.FullName).Any()) Directory.Delete(Folder.FullName);
    }
}
