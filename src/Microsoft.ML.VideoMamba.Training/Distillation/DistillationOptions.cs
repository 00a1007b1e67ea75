namespace Microsoft.ML.VideoMamba.Training.Distillation;

/// <summary>How a student learns from a frozen teacher, beside its labels.</summary>
/// <remarks>Paper section 3.3: a large VideoMamba overfits less with a smaller one as its teacher.</remarks>
public sealed record DistillationOptions
{
    /// <summary>The teacher's checkpoint: any VideoMamba, usually a smaller one.</summary>
    public required string Teacher { get; init; }

    /// <summary>What the student follows of it.</summary>
    public DistillationKind Kind { get; init; }

    /// <summary>Weight of the teacher's part of the loss, above 0. The original's is 1; of class scores it is a / (1 - a), where DeiT's share of the teacher is a.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Epochs after which the teacher is left out and the labels teach alone, at least 1; null for never. The paper calls it early stopping.</summary>
    public int? TeacherEpochs { get; init; }

    /// <summary>Temperature of the class scores, above 0; for <see cref="DistillationKind.Soft"/> only.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Whether the student follows what the teacher says of classes.</summary>
    internal bool FollowsClasses => Kind != DistillationKind.Tokens;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrEmpty(Teacher)) throw new ArgumentException($"{nameof(Teacher)} must name a checkpoint.", nameof(Teacher));
        if (!Enum.IsDefined(Kind)) throw new ArgumentException($"{nameof(Kind)} has no value {Kind}.", nameof(Kind));
        if (!(Weight > 0) || !double.IsFinite(Weight)) throw new ArgumentException($"{nameof(Weight)} must be above 0; it is {Weight}.", nameof(Weight));
        if (TeacherEpochs is < 1) throw new ArgumentException($"{nameof(TeacherEpochs)} must be at least 1; it is {TeacherEpochs}.", nameof(TeacherEpochs));
        if (!(Temperature > 0) || !double.IsFinite(Temperature)) throw new ArgumentException($"{nameof(Temperature)} must be above 0; it is {Temperature}.", nameof(Temperature));
    }
}
