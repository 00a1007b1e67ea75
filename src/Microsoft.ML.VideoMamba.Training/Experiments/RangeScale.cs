namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>How the values of a range lie between its ends.</summary>
public enum RangeScale
{
    /// <summary>Equal differences are equally far.</summary>
    Linear,

    /// <summary>Equal ratios are equally far: for rates and decays.</summary>
    Log,
}
