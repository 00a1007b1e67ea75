namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>Which layer a parameter counts to where the learning rate falls from the head down to the patches.</summary>
public enum LayerDecayMapping
{
    /// <summary>
    /// What the original does: class token, position embedding and patch embedding are layer 0, everything else counts as the head. Its line for the
    /// blocks is commented out, so they keep the full rate.
    /// </summary>
    Reference,

    /// <summary>What layer decay means: embeddings, the temporal one too, are layer 0, block i is layer i + 1, final norm and head come last.</summary>
    Corrected,
}
