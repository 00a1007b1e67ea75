using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>A number is said of each clip: squared error, of scaled numbers while it is learned (<see cref="TargetScale"/>).</summary>
internal sealed class RegressionObjective(TargetScale targets) : IObjective
{
    public Tensor Loss(VideoMambaModel model, Batch batch, int epoch)
    {
        var output = model.forward(batch.Clips(model.Config.InputShape(), model.Device));
        return SquaredError.OfFirstColumn(output, tensor(batch.Labels.Select(label => (float)targets.Scale(label.Target)).ToArray(), device: model.Device));
    }

    public (double Loss, double? Top1) Measure(IReadOnlyList<ClipOutput> outputs)
    {
        var scaled = RegressionMetrics.Of(outputs.Select(output => (targets.Scale(output.Label.Target), (double)output.Output[0])));
        return (scaled.MeanSquaredError * targets.Deviation * targets.Deviation, null);
    }

    public void Finish(VideoMambaModel model) => targets.Unscale(HeadOf(model));

    /// <summary>For a model whose head was trained before.</summary>
    public void Start(VideoMambaModel model) => targets.ScaleTrainedHead(HeadOf(model));

    private static Dictionary<string, TorchSharp.Modules.Parameter> HeadOf(VideoMambaModel model) => model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
}
