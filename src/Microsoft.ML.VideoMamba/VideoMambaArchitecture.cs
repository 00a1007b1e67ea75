namespace Microsoft.ML.VideoMamba;

/// <summary>The published sizes of the network (paper, table 1).</summary>
public enum VideoMambaArchitecture
{
    /// <summary>VideoMamba-Ti: width 192, 24 layers, 7 million parameters.</summary>
    Tiny,

    /// <summary>VideoMamba-S: width 384, 24 layers, 26 million parameters.</summary>
    Small,

    /// <summary>VideoMamba-M: width 576, 32 layers, 74 million parameters.</summary>
    Middle,

    /// <summary>VideoMamba-B: width 768, 24 layers, 98 million parameters; published for images only.</summary>
    Base,
}
