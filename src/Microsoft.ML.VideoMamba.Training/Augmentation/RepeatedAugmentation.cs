namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Several differently augmented versions of a clip in one batch.</summary>
/// <param name="Repeats">Versions of a clip, at least 1; 1 for none but itself.</param>
/// <param name="KeepsLength">
/// Whether an epoch stays as long as the set, so that it sees only a part of it (the original's image recipes: 3 repeats), instead of growing with the repeats (its
/// video recipes: 2, whose batches grow as well).
/// </param>
public readonly record struct RepeatedAugmentation(int Repeats, bool KeepsLength)
{
    /// <summary>Each clip once.</summary>
    public static RepeatedAugmentation None { get; } = new(1, false);
}
