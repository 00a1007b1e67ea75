using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>What a training makes small, and how well a model meets it.</summary>
internal interface IObjective
{
    /// <summary>The mean loss of a batch, a scalar with a graph.</summary>
    Tensor Loss(VideoMambaModel model, Batch batch, int epoch);

    /// <summary>Validation loss and, for classes, accuracy, of what a model said of clips seen as in evaluation.</summary>
    (double Loss, double? Top1) Measure(IReadOnlyList<ClipOutput> outputs);

    /// <summary>Makes a trained model say what a user expects of it.</summary>
    void Finish(VideoMambaModel model);
}
