using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba.Experiments;

/// <summary>What an experiment learns from, and how its models are written.</summary>
internal interface IExperimentInput : IDisposable
{
    /// <summary>Outputs of the head.</summary>
    int Outputs { get; }

    /// <summary>The clips, decoded once for all trials.</summary>
    IReadOnlyList<ExperimentFold> Folds { get; }

    /// <summary>Writes the model of a training as a zip, whole or not at all.</summary>
    void Save(TrainingResult result, string path);
}
