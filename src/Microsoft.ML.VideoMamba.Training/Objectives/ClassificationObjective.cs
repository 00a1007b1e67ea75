using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>Classes are told apart: cross entropy, smoothed and weighted by class if asked for.</summary>
internal sealed class ClassificationObjective(TrainingOptions options) : IObjective
{
    public Tensor Loss(VideoMambaModel model, Batch batch, int epoch)
    {
        var device = model.Device;
        var logits = model.forward(batch.Clips(model.Config.InputShape(), device));
        var labels = tensor(batch.Labels.Select(label => (long)label.ClassIndex).ToArray(), device: device);
        var weights = options.ClassWeights is { } given ? tensor(given.Select(weight => (float)weight).ToArray(), device: device) : null;
        return CrossEntropy.OfLabels(logits, labels, options.LabelSmoothing, weights);
    }

    public (double Loss, double? Top1) Measure(IReadOnlyList<ClipOutput> outputs)
    {
        var metrics = ClassificationMetrics.Of(outputs);
        return (metrics.LogLoss, metrics.Top1);
    }

    public void Finish(VideoMambaModel model)
    {
    }
}
