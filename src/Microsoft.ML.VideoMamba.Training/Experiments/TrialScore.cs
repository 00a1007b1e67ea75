namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>How good a trial is: the higher the better. Of two that are equal, such as accuracies on few clips, the one of the lower loss is better.</summary>
/// <param name="Value">The metric; negative where less of it is better.</param>
/// <param name="Loss">The validation loss.</param>
public readonly record struct TrialScore(double Value, double Loss) : IComparable<TrialScore>
{
    /// <inheritdoc/>
    public int CompareTo(TrialScore other) => Value == other.Value ? other.Loss.CompareTo(Loss) : Value.CompareTo(other.Value);

    /// <summary>Whether one is better.</summary>
    public static bool operator >(TrialScore one, TrialScore other) => one.CompareTo(other) > 0;

    /// <summary>Whether one is worse.</summary>
    public static bool operator <(TrialScore one, TrialScore other) => one.CompareTo(other) < 0;

    /// <summary>Whether one is not worse.</summary>
    public static bool operator >=(TrialScore one, TrialScore other) => one.CompareTo(other) >= 0;

    /// <summary>Whether one is not better.</summary>
    public static bool operator <=(TrialScore one, TrialScore other) => one.CompareTo(other) <= 0;
}
