using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Video;
using Spectre.Console;

/// <summary>The pipeline: labels to keys, paths to clips, clips to a trained network, keys back to labels. Shows how far it is.</summary>
internal static class MotionTrainer
{
    public static TransformerChain<ITransformer> Fit(MLContext ml, IReadOnlyList<LabeledVideo> videos, VideoMambaTrainer.Options options, string title, int epochs)
    {
        (options.Epochs, options.BatchSize, options.LearningRate) = (epochs, 32, 2e-3);
        var clips = ml.Data.LoadFromEnumerable(videos);
        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask($"{title}: reading clips", maxValue: 1);
                var bar = new TrainingBar(task, title);
                var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
                    .Append(ml.Transforms.LoadVideoFrames("Video", "Path", frames: 8))
                    .Append(ml.MulticlassClassification.Trainers.VideoMamba(options, metricsCallback: bar.EpochDone, progress: bar))
                    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
                return new TransformerChain<ITransformer>([.. pipeline.Fit(clips)]);
            });
    }

    private sealed class TrainingBar(ProgressTask task, string title) : IProgress<TrainingProgress>
    {
        private string _accuracy = "";

        public void EpochDone(EpochMetrics epoch) =>
            _accuracy = epoch.ValidationTop1 is { } top1 ? string.Create(CultureInfo.InvariantCulture, $", validation {top1:0.00}") : "";

        public void Report(TrainingProgress value)
        {
            task.MaxValue = value.Steps;
            task.Value = value.Step;
            task.Description = string.Create(CultureInfo.InvariantCulture, $"{title}: epoch {value.Epoch} of {value.Epochs}, loss {value.Loss:0.00}{_accuracy}, {value.ClipsPerSecond:0} clips/s");
        }
    }
}
