namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The enumeration Skip of scan_forward.cu: the chunk that is not walked.</summary>
internal enum SkippedChunk
{
    /// <summary>All are.</summary>
    None,

    /// <summary>The walk's first.</summary>
    First,

    /// <summary>The walk's last.</summary>
    Last,
}
