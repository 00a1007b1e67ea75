namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>What a container says of a packet.</summary>
[Flags]
internal enum PacketFlags
{
    /// <summary>Decoding can start here.</summary>
    Key = 1,

    /// <summary>The packet is cut short or otherwise known to be damaged.</summary>
    Corrupt = 2,

    /// <summary>It is decoded but not shown, as an edit list asks.</summary>
    Discard = 4,
}
