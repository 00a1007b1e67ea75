namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>What makes one trial better than another.</summary>
public enum ExperimentMetric
{
    /// <summary>Part of the validation clips whose class scored highest; for classification.</summary>
    Top1,

    /// <summary>Part of the validation clips whose class is among the five highest scores; for classification.</summary>
    Top5,

    /// <summary>Mean of the classes' accuracies, so that rare classes count as much as common ones; for classification.</summary>
    MacroAccuracy,

    /// <summary>Cross entropy for classes, squared error for numbers; less is better.</summary>
    Loss,

    /// <summary>Mean of the squared errors, for numbers; less is better.</summary>
    MeanSquaredError,

    /// <summary>Mean of the absolute errors, for numbers; less is better.</summary>
    MeanAbsoluteError,

    /// <summary>Part of the targets' variance that is explained, for numbers.</summary>
    RSquared,
}
