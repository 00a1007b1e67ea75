using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>The files of an experiment.</summary>
/// <param name="folder">The folder.</param>
public sealed class ExperimentFolder(string folder)
{
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
    public string Model => this["model.zip"];

    /// <summary>The best trial's recipe.</summary>
    public string Recipe => this["recipe.json"];

    /// <summary>Decoded clips that do not fit in memory.</summary>
    public string Cache => this["cache"];

    /// <summary>Whether an experiment was begun here.</summary>
    public bool HoldsExperiment => File.Exists(Journal);

    private string this[string name] => Path.Combine(FullName, name);

    /// <summary>A trial's model.</summary>
    /// <param name="trial">From 1.</param>
    public string ModelOf(int trial) => Path.Combine(FolderOf(trial), "model.zip");

    /// <summary>Where a trial keeps the state that it goes on from, fold by fold; gone when it is over.</summary>
    internal string StateOf(int trial, int fold) => Path.Combine(StatesOf(trial), string.Create(CultureInfo.InvariantCulture, $"fold-{fold}"));

    internal string StatesOf(int trial) => Path.Combine(FolderOf(trial), "state");

    internal string FolderOf(int trial) => Path.Combine(this["trials"], trial.ToString("D4", CultureInfo.InvariantCulture));
}
