namespace Microsoft.ML.VideoMamba.Training;

/// <summary>What a model learns.</summary>
public enum TrainingTask
{
    /// <summary>One class of several for each clip; the loss is cross entropy.</summary>
    Classification,

    /// <summary>One number for each clip; the loss is the squared error.</summary>
    Regression,
}
