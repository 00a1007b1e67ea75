using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba;

/// <summary>What a <see cref="VideoMambaExperiment"/> found.</summary>
public sealed class VideoMambaExperimentResult
{
    internal VideoMambaExperimentResult(ExperimentResult result, string outputDirectory, IReadOnlyList<string> failures)
    {
        RunDetails = [.. result.Trials.Select(trial => new VideoMambaRunDetail(trial))];
        BestRun = RunDetails.FirstOrDefault(run => run.Trial == result.Best?.Number);
        (OutputDirectory, Elapsed, Cancelled, Failures) = (outputDirectory, result.Elapsed, result.Cancelled, failures);
    }

    /// <summary>The best trial, or null if none was measured.</summary>
    public VideoMambaRunDetail? BestRun { get; }

    /// <summary>All trials, by number.</summary>
    public IReadOnlyList<VideoMambaRunDetail> RunDetails { get; }

    /// <summary>Where models, table, journal and the best recipe are.</summary>
    public string OutputDirectory { get; }

    /// <summary>Time used, over all resumptions.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>Whether it was cancelled before its end.</summary>
    public bool Cancelled { get; }

    /// <summary>Clips that could not be read and were left out, each once with the reason: trials learned from the others and were judged by them.</summary>
    public IReadOnlyList<string> Failures { get; }
}
