namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>A smaller, frozen model that a recipe's model learns from too.</summary>
public sealed record RecipeDistillation
{
    /// <summary>The teacher's checkpoint.</summary>
    public required string Teacher { get; init; }

    /// <summary>Weight of the teacher's part of the loss, above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Epochs after which the teacher is left out, at least 1; null for never.</summary>
    public int? TeacherEpochs { get; init; }

    /// <summary>Whether class scores are followed instead of tokens.</summary>
    public bool Soft { get; init; }
}
