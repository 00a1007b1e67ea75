namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>What the container says of its video stream that OpenCV does not pass on.</summary>
/// <param name="Status">0, or FFmpeg's (negative) reason why there is no video stream to read.</param>
/// <param name="Codec">The codec's short name.</param>
/// <param name="ColorSpace">The tag of the colour matrix: 1 is BT.709, 2 unset, 5 and 6 BT.601, 9 BT.2020.</param>
/// <param name="Orientation">How the display matrix turns and mirrors the coded frame.</param>
internal readonly record struct StreamFacts(int Status, string Codec, int ColorSpace, FrameOrientation Orientation)
{
    /// <summary>FFmpeg's AVERROR_STREAM_NOT_FOUND.</summary>
    public const int NoVideoStream = -1381258232;

    /// <summary>BT.709 in the tag of the colour matrix.</summary>
    public const int Bt709 = 1;
}
