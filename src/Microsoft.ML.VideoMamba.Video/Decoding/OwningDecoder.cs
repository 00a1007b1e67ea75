namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A decoder together with what must outlive it, such as the temporary file that it reads.</summary>
internal sealed class OwningDecoder(IVideoDecoder decoder, IDisposable owned) : IVideoDecoder
{
    public string Name => decoder.Name;

    public string Backend => decoder.Backend;

    public string Codec => decoder.Codec;

    public int Width => decoder.Width;

    public int Height => decoder.Height;

    public int Rotation => decoder.Rotation;

    public double FramesPerSecond => decoder.FramesPerSecond;

    public int? FrameCountHint => decoder.FrameCountHint;

    public int Position => decoder.Position;

    public double Timestamp => decoder.Timestamp;

    public int Gaps => decoder.Gaps;

    public IReadOnlyList<double>? KnownTimes => decoder.KnownTimes;

    public bool MoveNext() => decoder.MoveNext();

    public bool MoveTo(int position) => decoder.MoveTo(position);

    public void CopyTo(Span<byte> rgb) => decoder.CopyTo(rgb);

    public void Dispose()
    {
        decoder.Dispose();
        owned.Dispose();
    }
}
