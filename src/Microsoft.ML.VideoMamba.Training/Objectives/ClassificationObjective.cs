using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Mixing;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>Classes are told apart: by cross entropy, smoothed, mixed and weighted by class if asked for, or by a yes or no for each, of one network or two submodels.</summary>
internal sealed class ClassificationObjective(TrainingOptions options) : IObjective
{
    // Mixing draws from other numbers than the order and the clips of an epoch.
    private const int MixingDraws = -1;

    private readonly BatchMixer? _mixer = options.Mixing is null ? null : new BatchMixer(options.Mixing);

    public (Tensor Clips, Func<Tensor, Tensor> LossOf) Prepare(VideoMambaConfig config, Device device, Batch batch, int epoch)
    {
        var clips = batch.Clips.On(config.InputShape(), device);
        var labels = tensor(batch.Labels.Select(label => (long)label.ClassIndex).ToArray(), device: device);
        switch (options.Loss)
        {
            case ClassificationLoss.BinaryCrossEntropy:
                // Smoothed targets would be a yes for every class.
                var yes = Targets(smoothing: 0);
                return (clips, logits => BinaryCrossEntropy.OfTargets(logits, yes));
            case ClassificationLoss.Cosub:
                var soft = Targets(options.LabelSmoothing);
                return (cat([clips, clips]), logits => OfSubmodels(logits, soft));
        }

        var weights = options.ClassWeights is { } given ? tensor(given.Select(weight => (float)weight).ToArray(), device: device) : null;
        if (_mixer is null) return (clips, logits => CrossEntropy.OfLabels(logits, labels, options.LabelSmoothing, weights));
        var targets = Targets(options.LabelSmoothing);
        return (clips, logits => CrossEntropy.OfTargets(logits, weights is null ? targets : targets * weights));

        Tensor Targets(double smoothing) =>
            _mixer?.Mix(clips, labels, config.Classes, smoothing, MixingRandom(batch, epoch)) ?? SoftTargets.Of(labels, config.Classes, ones([1, 1], device: device), smoothing);
    }

    /// <summary>Of scores of all clips and then of all clips again.</summary>
    private static Tensor OfSubmodels(Tensor logits, Tensor targets)
    {
        var halves = logits.chunk(2);
        return BinaryCrossEntropy.OfSubmodels(halves[0], halves[1], targets);
    }

    private Random MixingRandom(Batch batch, int epoch) => new(SeedMix.Of(options.Seed, epoch, batch.Number, MixingDraws));

    public (ClassificationMetrics? Classes, RegressionMetrics? Numbers) Measure(IReadOnlyList<ClipOutput> outputs) => (ClassificationMetrics.Of(outputs), null);

    public void Finish(VideoMambaModel model)
    {
    }
}
