using System.Globalization;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>The files of an experiment.</summary>
/// <param name="folder">The folder.</param>
public sealed class ExperimentFolder(string folder)
{
    private const string ModelName = "model.zip";

    /// <summary>The folder's full path.</summary>
    public string FullName { get; } = Path.GetFullPath(folder);

    /// <summary>Everything that happened, a JSON object a line; what <c>Resume</c> goes on from.</summary>
    public string Journal => this["journal.jsonl"];

    /// <summary>The space that is searched.</summary>
    public string Space => this["space.json"];

    /// <summary>A row for each trial.</summary>
    public string Table => this["experiment.csv"];

    /// <summary>The best trials' course as a picture.</summary>
    public string Leaderboard => this["leaderboard.png"];

    /// <summary>The best trial's model.</summary>
    public string Model => this[ModelName];

    /// <summary>The best trial's recipe.</summary>
    public string Recipe => this["recipe.json"];

    /// <summary>The command line's options, where it was started from one.</summary>
    public string Arguments => this["run.json"];

    /// <summary>Decoded clips that do not fit in memory.</summary>
    public string Cache => this["decoded-clips"];

    /// <summary>Whether an experiment was begun here.</summary>
    public bool HoldsExperiment => new FileInfo(Journal) is { Exists: true, Length: > 0 };

    /// <summary>A file or folder that an experiment would replace though it is none's: it is there, but no journal; null if all is well.</summary>
    public string? Foreign => File.Exists(Journal) ? null : Files.Append(Trials).FirstOrDefault(Path.Exists);

    private string Trials => this["trials"];

    private IEnumerable<string> Files => [Model, Recipe, Arguments, Space, Table, Leaderboard];

    private string this[string name] => Path.Combine(FullName, name);

    /// <summary>A trial's model.</summary>
    /// <param name="trial">From 1.</param>
    public string ModelOf(int trial) => Path.Combine(FolderOf(trial), ModelName);

    /// <summary>Writes something here. A disk that is full is the experiment's failure, not that of the trial at which it shows.</summary>
    /// <exception cref="ExperimentException">It cannot be written.</exception>
    internal void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is not ExperimentException && error is IOException or UnauthorizedAccessException)
        {
            throw new ExperimentException($"{FullName} cannot be written: {error.Message.TrimEnd('.')}. No trial is lost: make room, then resume.", error);
        }
    }

    /// <summary>Where a trial keeps the state that it goes on from, fold by fold; gone when it is over.</summary>
    internal string StateOf(int trial, int fold) => Path.Combine(StatesOf(trial), string.Create(CultureInfo.InvariantCulture, $"fold-{fold}"));

    internal string StatesOf(int trial) => Path.Combine(FolderOf(trial), "state");

    /// <summary>Takes away what a process that was killed had half written; the experiment must be this process's own.</summary>
    internal void DeletePartial()
    {
        foreach (string file in Files) AtomicFile.DeletePartial(file);
        if (!Directory.Exists(Trials)) return;
        foreach (string trial in Directory.EnumerateDirectories(Trials)) AtomicFile.DeletePartial(Path.Combine(trial, ModelName));
    }

    internal string FolderOf(int trial) => Path.Combine(Trials, trial.ToString("D4", CultureInfo.InvariantCulture));
}
