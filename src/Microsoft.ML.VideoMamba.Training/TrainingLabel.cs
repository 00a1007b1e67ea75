namespace Microsoft.ML.VideoMamba.Training;

/// <summary>What a model should say of a clip: a class for classification, a number for regression.</summary>
/// <param name="ClassIndex">The class, from 0.</param>
/// <param name="Target">The number.</param>
public readonly record struct TrainingLabel(int ClassIndex, float Target)
{
    /// <summary>A class.</summary>
    /// <param name="index">From 0.</param>
    public static TrainingLabel OfClass(int index) => new(index, 0);

    /// <summary>A number.</summary>
    /// <param name="target">A finite one.</param>
    public static TrainingLabel OfValue(float target) => new(0, target);
}
