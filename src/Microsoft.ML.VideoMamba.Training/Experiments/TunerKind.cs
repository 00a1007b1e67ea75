namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>How an experiment chooses its trials.</summary>
public enum TunerKind
{
    /// <summary>A walk from a cheap start to better trials (FLOW2; Wu, Wang and Huang, AAAI 2021).</summary>
    CostFrugal,

    /// <summary>Random trials of which the better ones are trained on (ASHA; Li et al., MLSys 2020).</summary>
    Asha,

    /// <summary>Random trials, each trained to its end.</summary>
    Random,
}
