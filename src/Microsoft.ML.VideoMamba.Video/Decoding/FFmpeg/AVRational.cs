namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>FFmpeg's fraction.</summary>
internal readonly record struct AVRational(int Numerator, int Denominator)
{
    public double Value => Denominator == 0 ? 0 : (double)Numerator / Denominator;
}
