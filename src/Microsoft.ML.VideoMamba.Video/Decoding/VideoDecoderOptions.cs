namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>How videos are opened and decoded.</summary>
public sealed record VideoDecoderOptions
{
    /// <summary>The options used where none are given.</summary>
    public static VideoDecoderOptions Default { get; } = new();

    /// <summary>The library that decodes. An explicit choice wins over <c>VIDEOMAMBA_VIDEO_BACKEND</c>.</summary>
    public VideoBackend Backend { get; init; } = VideoBackend.Auto;

    /// <summary>Frames with more pixels than this are refused before the first one is decoded: a tiny file may ask for gigabytes. Default 8192 * 8192.</summary>
    public long MaxPixels { get; init; } = 8192L * 8192;

    /// <summary>
    /// Larger frames are resized to this short side (bilinear, proportions kept) as they are decoded, so that no memory is taken for what nobody will
    /// see; 0 (default) for none.
    /// </summary>
    public int MaxShortSide { get; init; }

    /// <summary>Decoding threads of one file; 0 (default) lets the library choose. With many files at once one thread each is fastest.</summary>
    public int Threads { get; init; }

    /// <summary>Whether a damaged place inside a file is an error. If not (default), decoding goes on behind it and the gap is counted.</summary>
    public bool Strict { get; init; }

    internal VideoDecoderOptions Checked()
    {
        if (MaxPixels < 1) throw new ArgumentOutOfRangeException(nameof(MaxPixels), MaxPixels, "At least one pixel must be allowed.");
        ArgumentOutOfRangeException.ThrowIfNegative(MaxShortSide);
        if (Threads < 0) throw new ArgumentOutOfRangeException(nameof(Threads), Threads, "Threads must be 0 (the library's choice) or more.");
        if (!Enum.IsDefined(Backend)) throw new ArgumentOutOfRangeException(nameof(Backend), Backend, "No such video backend.");
        return this;
    }
}
