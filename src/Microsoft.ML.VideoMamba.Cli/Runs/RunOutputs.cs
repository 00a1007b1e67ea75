using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Reports;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Video.Writing;
using ConfusionMatrix = Microsoft.ML.VideoMamba.Training.Evaluation.ConfusionMatrix;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>What a training leaves: the weights, the ML.NET model, pictures and a report; each whole or not at all.</summary>
internal sealed class RunOutputs(RunFolder folder, TrainingPlan plan)
{
    private const string FeatureColumn = "Video";

    /// <summary>Writes everything.</summary>
    /// <param name="result">The training's result; its model stays the caller's.</param>
    /// <param name="training">The clips that it learned from.</param>
    /// <param name="held">The clips held out to judge the model by; null if none were: it is then judged by those that it learned from.</param>
    /// <param name="commandLine">How the training was started.</param>
    /// <returns>How well the model does on the clips; null for regression.</returns>
    public ConfusionMatrix? Write(TrainingResult result, ITrainingSet training, ITrainingSet? held, string commandLine)
    {
        CheckpointWriter.Save(result.Model, folder.Weights, plan.Data.Classes?.Names);
        WriteModel();
        if (result.Epochs.Count > 0) LearningCurves.Write(folder.Curves, result.Epochs);
        var confusion = plan.Data.Classes is { } classes ? WriteConfusion(result, held ?? training, classes.Names) : null;
        AtomicFile.WriteText(folder.Report, new TrainingReport
        {
            Recipe = plan.Recipe.Name,
            CommandLine = commandLine,
            Config = plan.Config,
            Options = plan.Options,
            Epochs = result.Epochs,
            BestEpoch = result.BestEpoch,
            Cancelled = result.Cancelled,
            TrainingClips = training.Count,
            HeldOutClips = held?.Count ?? 0,
            Failures = [.. result.Failures.Select(failure => failure.Message)],
            Confusion = confusion,
            Labels = plan.Data.Classes?.Names,
        }.ToMarkdown());
        return confusion;
    }

    /// <summary>The model as ML.NET saves it: from a path to a label, without a label column to score.</summary>
    private void WriteModel()
    {
        var ml = new MLContext();
        var rows = ml.Data.LoadFromEnumerable(Array.Empty<PathRow>());
        ITransformer frames = ml.Transforms.LoadVideoFrames(FeatureColumn, nameof(PathRow.Path), plan.Config.Frames).Fit(rows);
        ITransformer scores = ml.LoadVideoCheckpoint(folder.Weights, FeatureColumn);
        List<ITransformer> steps = [frames, scores];
        if (plan.Data.Task == TrainingTask.Classification) steps.Add(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scores.Transform(frames.Transform(rows))));
        AtomicFile.Write(folder.Model, stream => ml.Model.Save(new TransformerChain<ITransformer>([.. steps]), rows.Schema, stream));
    }

    private ConfusionMatrix WriteConfusion(TrainingResult result, ITrainingSet held, IReadOnlyList<string> labels)
    {
        var confusion = new ConfusionMatrix(labels.Count);
        foreach (var output in ClipScorer.Score(result.Model, held, plan.Options)) confusion.Add(output.Label.ClassIndex, IndexOfHighest(output.Output));
        ConfusionChart.Write(folder.Confusion, confusion, labels);
        return confusion;
    }

    private static int IndexOfHighest(IReadOnlyList<float> values) => Enumerable.Range(0, values.Count).MaxBy(index => values[index]);

    /// <summary>What the model reads.</summary>
    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }
}
