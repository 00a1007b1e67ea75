namespace Microsoft.ML.VideoMamba.Training.Distillation;

/// <summary>What a student follows of its teacher.</summary>
public enum DistillationKind
{
    /// <summary>The directions of its tokens (<see cref="Losses.TokenAlignment"/>): the paper's self-distillation. Both must make as many tokens of a clip.</summary>
    Tokens,

    /// <summary>Its class scores (<see cref="Losses.Distillation.Soft"/>), as DeiT does: the teacher may be of any width, patch and tubelet, but must know the same classes.</summary>
    Soft,

    /// <summary>The class that it scores highest (<see cref="Losses.Distillation.Hard"/>), as DeiT's hard variant does; the teacher may differ as under <see cref="Soft"/>.</summary>
    Hard,
}
