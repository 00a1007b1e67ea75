namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>
/// Goes through the frames of one source once, forward, in display order. Frame k is the k-th decoded frame: headers are never trusted for counts.
/// One decoder belongs to one thread at a time.
/// </summary>
/// <example><code>
/// using var decoder = VideoDecoder.Open("clip.mp4");
/// var rgb = new byte[decoder.Height * decoder.Width * 3];
/// while (decoder.MoveNext()) decoder.CopyTo(rgb);
/// </code></example>
public interface IVideoDecoder : IDisposable
{
    /// <summary>The name of the source, for messages.</summary>
    string Name { get; }

    /// <summary>The decoding library and its version.</summary>
    string Backend { get; }

    /// <summary>The codec's short name, such as <c>h264</c>; the file type for images; empty if unknown.</summary>
    string Codec { get; }

    /// <summary>Width of every frame in pixels, as shown (after rotation).</summary>
    int Width { get; }

    /// <summary>Height of every frame in pixels, as shown (after rotation).</summary>
    int Height { get; }

    /// <summary>The clockwise turn in degrees (0, 90, 180 or 270) that the file asks for; it is already applied to the frames.</summary>
    int Rotation { get; }

    /// <summary>Frames per second as the header says, a hint; 0 if the header says nothing believable.</summary>
    double FramesPerSecond { get; }

    /// <summary>How many frames the file claims, by its header or its packets; null if it says nothing believable. Only good for a first guess.</summary>
    int? FrameCountHint { get; }

    /// <summary>The number of the current frame, from 0; -1 before the first <see cref="MoveNext"/>.</summary>
    int Position { get; }

    /// <summary>The current frame's time in seconds as the container has it: it may be missing (0) or fall back. <see cref="FrameTimes"/> mends it.</summary>
    double Timestamp { get; }

    /// <summary>How many damaged places have been skipped so far.</summary>
    int Gaps { get; }

    /// <summary>Decodes the next frame without converting it.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="VideoException">No frame at all could be decoded, or the file is damaged and reading is strict.</exception>
    bool MoveNext();

    /// <summary>
    /// The time of every frame in seconds, if they are known because this process decoded the whole of the same file before, without a gap. Then
    /// <see cref="MoveTo"/> leaves out what no wanted frame needs; the frames are the same. Null (the usual case) if they are not known.
    /// </summary>
    IReadOnlyList<double>? KnownTimes => null;

    /// <summary>Goes forward to a frame; those before it are not wanted.</summary>
    /// <param name="position">The frame's number, above <see cref="Position"/>.</param>
    /// <returns>Whether there is such a frame. If <see cref="KnownTimes"/> has it and there is not, the file is no longer what it was: open it again.</returns>
    /// <exception cref="VideoException">As for <see cref="MoveNext"/>.</exception>
    bool MoveTo(int position) => StepTo(this, position);

    /// <summary>Goes to a frame through all those before it.</summary>
    internal static bool StepTo(IVideoDecoder decoder, int position)
    {
        while (decoder.Position < position)
        {
            if (!decoder.MoveNext()) return false;
        }

        return true;
    }

    /// <summary>Converts the current frame to RGB.</summary>
    /// <param name="rgb">Exactly Height * Width * 3 bytes: rows of RGB, uint8.</param>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    /// <exception cref="InvalidOperationException">There is no current frame.</exception>
    /// <exception cref="VideoException">The frame could not be converted.</exception>
    void CopyTo(Span<byte> rgb);
}
