using System.Collections.ObjectModel;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>What a training makes small, and how well a model meets it.</summary>
internal interface IObjective
{
    /// <summary>Parameters beside the model's that are trained along with it and left behind at the end, by names that no parameter of the model has.</summary>
    IReadOnlyDictionary<string, Parameter> Parameters => ReadOnlyDictionary<string, Parameter>.Empty;

    /// <summary>A batch as a model takes it, and the mean loss of what the model makes of it, a scalar with a graph.</summary>
    (Tensor Clips, Func<Tensor, Tensor> LossOf) Prepare(VideoMambaConfig config, Device device, Batch batch, int epoch);

    /// <summary>The mean loss of a batch, a scalar with a graph.</summary>
    Tensor Loss(VideoMambaModel model, Batch batch, int epoch)
    {
        var (clips, lossOf) = Prepare(model.Config, model.Device, batch, epoch);
        return lossOf(model.forward(clips));
    }

    /// <summary>How good is what a model said of clips seen as in evaluation, of classes or of numbers.</summary>
    (ClassificationMetrics? Classes, RegressionMetrics? Numbers) Measure(IReadOnlyList<ClipOutput> outputs);

    /// <summary>Makes a trained model say what a user expects of it.</summary>
    void Finish(VideoMambaModel model);
}
