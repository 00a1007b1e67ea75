namespace Microsoft.ML.VideoMamba.Models;

/// <summary>Which norm a model uses everywhere.</summary>
public enum NormKind
{
    /// <summary>Root-mean-square norm without bias: the published models.</summary>
    Rms,

    /// <summary>Layer norm with bias.</summary>
    Layer,
}
