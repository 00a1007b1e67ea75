using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>A training's numbers as TensorBoard's event files. A disk that is full ends them, not the training.</summary>
internal sealed class EventFiles
{
    /// <summary>Steps are thinned out to about so many an epoch: each one opens the file.</summary>
    private const int StepsOfEpoch = 50;

    private readonly Action<string> _warn;
    private readonly SummaryWriter _writer;
    private bool _ended;

    public EventFiles(string folder, Action<string> warn)
    {
        TorchRuntime.EnsureLoaded();
        _warn = warn;
        _writer = utils.tensorboard.SummaryWriter(Directory.CreateDirectory(folder).FullName, createRunName: false);
    }

    public void Add(TrainingProgress step)
    {
        if (step.Step % Math.Max(1, step.Steps / step.Epochs / StepsOfEpoch) != 0) return;
        Write(step.Step, ("step/loss", step.StepLoss), ("step/learning_rate", step.LearningRate), ("step/gradient_norm", step.GradientNorm), ("step/clips_per_second", step.ClipsPerSecond));
    }

    public void Add(EpochMetrics epoch) =>
        Write(epoch.Epoch, ("epoch/train_loss", epoch.TrainLoss), ("epoch/validation_loss", epoch.ValidationLoss), ("epoch/validation_top1", epoch.ValidationTop1), ("epoch/seconds", epoch.Seconds));

    private void Write(int step, params ReadOnlySpan<(string Tag, double? Value)> scalars)
    {
        if (_ended) return;
        try
        {
            foreach (var (tag, value) in scalars)
            {
                if (value is { } given) _writer.add_scalar(tag, (float)given, step);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _ended = true;
            _warn($"TensorBoard's events end here: {error.Message}");
        }
    }
}
