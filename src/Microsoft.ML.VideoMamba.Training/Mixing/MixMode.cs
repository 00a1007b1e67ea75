namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>What shares one draw of mixup or cutmix. A clip's partner is always the one as far from the batch's end as it is from the start.</summary>
public enum MixMode
{
    /// <summary>The whole batch.</summary>
    Batch,

    /// <summary>Each pair of partners.</summary>
    Pair,

    /// <summary>No clip with another.</summary>
    Elem,
}
