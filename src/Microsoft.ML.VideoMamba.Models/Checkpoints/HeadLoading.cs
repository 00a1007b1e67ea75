namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>What happens to the head's weights of a checkpoint.</summary>
public enum HeadLoading
{
    /// <summary>They are loaded and must have the model's number of classes.</summary>
    Match,

    /// <summary>They are loaded where the number of classes is the model's; otherwise, or where there are none, the model keeps its own.</summary>
    DropOnMismatch,

    /// <summary>The model keeps its own in any case: fine-tuning on other classes.</summary>
    Drop,

    /// <summary>The first rows are loaded, as many as the model has classes: the original's way from 710 Kinetics classes to the 400 that come first among them.</summary>
    FirstRows,
}
