namespace Microsoft.ML.VideoMamba.Training;

/// <summary>What a model computes in while it is trained. Norms, the scan's state, the residual stream and the optimiser are float32 always.</summary>
public enum TrainingPrecision
{
    /// <summary>Float32.</summary>
    Float32,

    /// <summary>bfloat16 activations and matrices; the optimiser moves float32 masters of the matrices.</summary>
    BFloat16,
}
