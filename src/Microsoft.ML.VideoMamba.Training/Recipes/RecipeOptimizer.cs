using Microsoft.ML.VideoMamba.Training.Optimization;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>The AdamW of a recipe.</summary>
public sealed record RecipeOptimizer
{
    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Weight decay that a cosine leads to; null to keep it.</summary>
    public double? FinalWeightDecay { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Epsilon.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest global norm of the gradients; null for no clipping.</summary>
    public double? GradientClip { get; init; }

    /// <summary>Rate of a layer over that of the one above it; 1 for no layer decay.</summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>Which layer a parameter counts to.</summary>
    public LayerDecayMapping LayerDecayMapping { get; init; } = LayerDecayMapping.Corrected;

    /// <summary>Decay of a moving average of the weights; null for none.</summary>
    public double? AverageDecay { get; init; }
}
