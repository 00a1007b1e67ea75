namespace Microsoft.ML.VideoMamba.Kernels;

/// <summary>The order in which a kernel walks the tokens of a sequence. Tensors always lie in forward order: a direction is an index, not a copy.</summary>
public enum SequenceDirection
{
    /// <summary>From the first token to the last.</summary>
    Forward,

    /// <summary>From the last token to the first.</summary>
    Reverse,
}
