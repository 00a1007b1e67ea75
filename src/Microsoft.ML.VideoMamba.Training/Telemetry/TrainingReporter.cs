using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>Tells everyone who listens how a training goes: progress, callback, log and meter.</summary>
internal sealed class TrainingReporter(TrainingListeners listeners, int epochs, int stepsOfEpoch)
{
    private readonly Pace _pace = new(epochs * stepsOfEpoch);
    private readonly Stopwatch _step = new(), _epoch = new();
    private double _lossSum;
    private int _clips;

    public ILogger Log => listeners.Logger;

    /// <summary>Mean loss of the epoch's clips so far.</summary>
    public double MeanLoss => _lossSum / _clips;

    /// <summary>Clips of the epoch so far.</summary>
    public int Clips => _clips;

    public double EpochSeconds => _epoch.Elapsed.TotalSeconds;

    public double ClipsPerSecond => _clips / EpochSeconds;

    public void BeginEpoch(int step)
    {
        (_lossSum, _clips) = (0, 0);
        _pace.BeginEpoch(step);
        _epoch.Restart();
        _step.Restart();
    }

    public void StepDone(StepReport step)
    {
        _lossSum += step.Clips * step.Loss;
        _clips += step.Clips;
        TrainingMeter.Record(step, _step.Elapsed);
        _step.Restart();
        listeners.Progress?.Report(new TrainingProgress(step.Epoch, epochs, step.Step, epochs * stepsOfEpoch, MeanLoss, step.LearningRate, ClipsPerSecond, _pace.Elapsed, _pace.Remaining(step.Step))
        {
            StepLoss = step.Loss,
            GradientNorm = step.GradientNorm,
        });
    }

    public void EpochDone(EpochMetrics epoch)
    {
        TrainingMeter.Record(epoch);
        Log.EpochDone(epoch.Epoch, epoch.TrainLoss, epoch.ValidationLoss, epoch.ValidationTop1, epoch.ClipsPerSecond);
        listeners.EpochDone?.Invoke(epoch);
    }

    public void ClipFailed(VideoException error) => Log.ClipFailed(error.Message);
}
