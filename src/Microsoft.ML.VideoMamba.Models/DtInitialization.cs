namespace Microsoft.ML.VideoMamba.Models;

/// <summary>How the step sizes' projection starts when a model is trained from scratch.</summary>
public enum DtInitialization
{
    /// <summary>Bias zero and weights truncated-normal(0.02), as the original ends up with: its own later pass overwrites the careful start.</summary>
    Reference,

    /// <summary>Mamba's own: weights uniform in ±dt_rank^-1/2, bias the inverse softplus of a step log-uniform in [0.001, 0.1].</summary>
    Proper,
}
