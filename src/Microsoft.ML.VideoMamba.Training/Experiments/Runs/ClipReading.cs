using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>Reads the clips ahead of the first trial where their sets keep them, so that decoding is not taken for the length of an epoch.</summary>
/// <param name="fold">The clips; other folds are of the same.</param>
/// <param name="workers">Threads; 0 for one a core.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ClipReading(ExperimentFold fold, int workers, IProgress<ClipsRead>? progress)
{
    private static readonly TimeSpan s_reportPeriod = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly Stopwatch _sinceReport = new();
    private int _read;

    /// <summary>Clips of both sets.</summary>
    public int Count => fold.Training.Count + fold.Validation.Count;

    /// <summary>Clips that were read, or found to be unreadable.</summary>
    public int Read => _read;

    /// <summary>Reads all that were not.</summary>
    /// <param name="mayGoOn">Asked before each.</param>
    /// <returns>Whether all are read.</returns>
    public bool ReadAll(Func<bool> mayGoOn)
    {
        if (_read == Count) return true;
        _read = 0;
        try
        {
            Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = workers > 0 ? workers : Environment.ProcessorCount }, (index, loop) =>
            {
                if (loop.IsStopped) return;
                if (mayGoOn()) ReadOne(index);
                else loop.Stop();
            });
        }
        catch (AggregateException all)
        {
            ExceptionDispatchInfo.Throw(all.InnerExceptions[0]);
        }

        return _read == Count;
    }

    private void ReadOne(int index)
    {
        var (set, place) = index < fold.Training.Count ? (fold.Training, index) : (fold.Validation, index - fold.Training.Count);
        try
        {
            set.ReadAhead(place);
        }
        catch (VideoException)
        {
            // The first trial meets it too, and does with it what the failure policy says.
        }

        lock (_gate)
        {
            _read++;
            if (progress is null || (_sinceReport.IsRunning && _sinceReport.Elapsed < s_reportPeriod && _read < Count)) return;
            progress.Report(new ClipsRead(_read, Count));
            _sinceReport.Restart();
        }
    }
}
