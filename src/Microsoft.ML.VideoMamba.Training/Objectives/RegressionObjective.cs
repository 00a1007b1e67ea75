using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>A number is said of each clip: squared error, of scaled numbers while it is learned (<see cref="TargetScale"/>).</summary>
internal sealed class RegressionObjective(TargetScale targets) : IObjective
{
    public (Tensor Clips, Func<Tensor, Tensor> LossOf) Prepare(VideoMambaConfig config, Device device, Batch batch, int epoch)
    {
        var scaled = tensor(batch.Labels.Select(label => (float)targets.Scale(label.Target)).ToArray(), device: device);
        return (batch.Clips.On(config.InputShape(), device), output => SquaredError.OfFirstColumn(output, scaled));
    }

    public (ClassificationMetrics? Classes, RegressionMetrics? Numbers) Measure(IReadOnlyList<ClipOutput> outputs) =>
        (null, RegressionMetrics.Of(outputs.Select(output => ((double)output.Label.Target, targets.Restore(output.Output[0])))));

    public void Finish(VideoMambaModel model) => targets.Unscale(HeadOf(model));

    /// <summary>For a model whose head was trained before.</summary>
    public void Start(VideoMambaModel model) => targets.ScaleTrainedHead(HeadOf(model));

    private static Dictionary<string, TorchSharp.Modules.Parameter> HeadOf(VideoMambaModel model) => model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
}
