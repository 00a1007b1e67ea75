using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>Something that happened in an experiment. Told from the first on, a tuner and the trials come to stand where they stood.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(ExperimentBegun), "experiment")]
[JsonDerivedType(typeof(StepBegun), "step")]
[JsonDerivedType(typeof(EpochDone), "epoch")]
[JsonDerivedType(typeof(StepEnded), "end")]
[JsonDerivedType(typeof(RunEnded), "stop")]
internal abstract record JournalEntry
{
    /// <summary>Seconds that the experiment had used then.</summary>
    public double Elapsed { get; init; }
}

/// <summary>The first line.</summary>
/// <param name="Settings">All that decides which trials there are.</param>
internal sealed record ExperimentBegun(IReadOnlyDictionary<string, string> Settings) : JournalEntry;

/// <summary>A trial is begun or trained on.</summary>
/// <param name="Trial">From 1.</param>
/// <param name="ToEpoch">To which epoch.</param>
/// <param name="Values">Its values.</param>
internal sealed record StepBegun(int Trial, int ToEpoch, IReadOnlyDictionary<string, JsonElement> Values) : JournalEntry;

/// <summary>An epoch of a trial is done.</summary>
/// <param name="Trial">From 1.</param>
/// <param name="Folds">How it went in each fold.</param>
internal sealed record EpochDone(int Trial, IReadOnlyList<EpochMetrics> Folds) : JournalEntry;

/// <summary>A step is done: its epochs are, and its model is written; or it failed.</summary>
/// <param name="Trial">From 1.</param>
/// <param name="Seconds">What the trial took so far.</param>
/// <param name="Error">Why it failed, or null.</param>
internal sealed record StepEnded(int Trial, double Seconds, string? Error) : JournalEntry;

/// <summary>The experiment was stopped or came to its end: what was used since the line before counts.</summary>
/// <param name="Trial">The trial that was under way, or null.</param>
/// <param name="Seconds">What that trial took so far.</param>
internal sealed record RunEnded(int? Trial, double? Seconds) : JournalEntry;
