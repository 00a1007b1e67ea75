namespace Microsoft.ML.VideoMamba.Video;

/// <summary>
/// Decoded frames of one video: (T, H, W, 3) uint8, RGB, row-major. Immutable, holds managed memory only and needs no disposal;
/// clips that are cut from the same video share their frames.
/// </summary>
public sealed class VideoClip
{
    private readonly ReadOnlyMemory<byte>[] _frames;
    private readonly int[] _indices;
    private readonly double[] _times;

    /// <summary>Makes a clip from frames in memory.</summary>
    /// <param name="path">The file or name that the frames come from; it appears in error messages.</param>
    /// <param name="height">Height of a frame in pixels, at least 1.</param>
    /// <param name="width">Width of a frame in pixels, at least 1.</param>
    /// <param name="frames">One memory of height * width * 3 bytes (rows of RGB) for each frame. It is kept, not copied: do not change it afterwards.</param>
    /// <param name="indices">The number of each frame in its video, from 0; 0, 1, 2 ... if left out.</param>
    /// <param name="times">The time of each frame in seconds; its number in the video if left out.</param>
    /// <param name="gaps">How many damaged places the decoder skipped on its way.</param>
    /// <exception cref="ArgumentException">A frame has another size, or the lists differ in length.</exception>
    public VideoClip(
        string path, int height, int width, IReadOnlyList<ReadOnlyMemory<byte>> frames, IReadOnlyList<int>? indices = null, IReadOnlyList<double>? times = null, int gaps = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(gaps);
        _frames = [.. frames];
        _indices = indices is null ? [.. Enumerable.Range(0, _frames.Length)] : [.. indices];
        _times = times is null ? Array.ConvertAll(_indices, index => (double)index) : [.. times];
        if (_indices.Length != _frames.Length) throw new ArgumentException($"{_frames.Length} frames need as many indices; there are {_indices.Length}.", nameof(indices));
        if (_times.Length != _frames.Length) throw new ArgumentException($"{_frames.Length} frames need as many times; there are {_times.Length}.", nameof(times));

        int wrong = Array.FindIndex(_frames, frame => frame.Length != (long)height * width * 3);
        if (wrong >= 0) throw new ArgumentException($"Frame {wrong} has {_frames[wrong].Length} bytes; {height} x {width} x 3 were expected.", nameof(frames));
        (Path, Height, Width, Gaps) = (path, height, width, gaps);
    }

    /// <summary>The file or name that the frames come from.</summary>
    public string Path { get; }

    /// <summary>The number of frames, T.</summary>
    public int Frames => _frames.Length;

    /// <summary>Height of a frame in pixels, as shown (after rotation).</summary>
    public int Height { get; }

    /// <summary>Width of a frame in pixels, as shown (after rotation).</summary>
    public int Width { get; }

    /// <summary>How many damaged places the decoder skipped while it read these frames; 0 for a sound file.</summary>
    public int Gaps { get; }

    /// <summary>The number of each frame in its video, counted by decoding, from 0.</summary>
    public IReadOnlyList<int> Indices => _indices;

    /// <summary>The time of each frame in seconds from the start of its video.</summary>
    public IReadOnlyList<double> Times => _times;

    /// <summary>The pixels of one frame, (H, W, 3) RGB.</summary>
    /// <param name="t">Which frame of the clip, 0 to <see cref="Frames"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public ReadOnlySpan<byte> Frame(int t) => FrameMemory(t).Span;

    /// <summary>The pixels of one frame, (H, W, 3) RGB, as memory that may be kept.</summary>
    /// <param name="t">Which frame of the clip, 0 to <see cref="Frames"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such frame.</exception>
    public ReadOnlyMemory<byte> FrameMemory(int t)
    {
        if ((uint)t >= (uint)_frames.Length) throw new ArgumentOutOfRangeException(nameof(t), t, $"The clip has {_frames.Length} frames.");
        return _frames[t];
    }

    /// <summary>Writes all frames one after another, (T, H, W, 3).</summary>
    /// <param name="destination">At least T * H * W * 3 bytes.</param>
    /// <exception cref="ArgumentException">The destination is too small.</exception>
    public void CopyTo(Span<byte> destination)
    {
        int size = Height * Width * 3;
        if (destination.Length < (long)size * Frames) throw new ArgumentException($"{destination.Length} bytes cannot hold {Frames} x {Height} x {Width} x 3.", nameof(destination));
        for (int t = 0; t < Frames; t++) _frames[t].Span.CopyTo(destination.Slice(t * size, size));
    }
}
