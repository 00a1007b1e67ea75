namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>What a network computes in when it scores. Norms, the scan's state and parameters, and the residual stream are float32 always.</summary>
public enum InferencePrecision
{
    /// <summary>Float32.</summary>
    Float32,

    /// <summary>
    /// bfloat16 activations and matrices: faster on GPUs and on CPUs that multiply such matrices themselves (<see cref="PrecisionChoice"/>), and less exact:
    /// activations keep 8 bits, and docs/performance-cpu.md says how far scores move.
    /// </summary>
    BFloat16,
}
