using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>Where a batch's clips lie in the bytes that are sent: what each is, then their taps, noise, erased boxes and frames. Of frames only the rows that are looked at are sent.</summary>
internal sealed class UploadLayout
{
    private const int Alignment = 16, Colours = 3;

    private readonly IReadOnlyList<ResampledClip> _clips;
    private readonly FrameClip[] _headers;
    private readonly (int First, int Count)[] _rows;

    public UploadLayout(IReadOnlyList<ResampledClip> clips)
    {
        (_clips, _headers, _rows) = (clips, new FrameClip[clips.Count], new (int, int)[clips.Count]);
        Bytes = Aligned((long)clips.Count * Unsafe.SizeOf<FrameClip>());
        for (int i = 0; i < clips.Count; i++) Place(i, clips[i]);
    }

    /// <summary>All of it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Writes all of it, several clips at once.</summary>
    public unsafe void Write(Span<byte> to)
    {
        MemoryMarshal.AsBytes(_headers.AsSpan()).CopyTo(to);
        fixed (byte* pinned = to)
        {
            var (start, length) = ((nint)pinned, to.Length);
            Parallel.For(0, _clips.Count, i => WriteClip(i, new Span<byte>((void*)start, length)));
        }
    }

    private void Place(int i, ResampledClip clip)
    {
        int first = clip.Rows.Min(tap => tap.First), count = clip.Rows.Max(tap => tap.Second) - first + 1, rowBytes = Colours * clip.FrameWidth;
        if (first < 0 || clip.Frames.Any(frame => frame.Length < (first + count) * rowBytes) || clip.Columns.Any(tap => tap.First < 0 || tap.Second >= clip.FrameWidth))
        {
            throw new ArgumentException("A tap lies outside the frame.", nameof(clip));
        }

        if (clip.Erased.FirstOrDefault(box => !IsInside(box, clip)) is { } outside) throw new ArgumentException($"An erased box lies outside the input: {outside}.", nameof(clip));
        _rows[i] = (first, count);
        int fills = clip.Erased.Sum(box => box.NoiseStarts?.Length ?? 0);
        _headers[i] = new FrameClip
        {
            Rows = Take((long)clip.Rows.Count * Unsafe.SizeOf<AxisTap>()),
            Columns = Take((long)clip.Columns.Count * Unsafe.SizeOf<AxisTap>()),
            Starts = clip.NoiseStarts is { } starts ? Take((long)starts.Length * sizeof(int)) : -1,
            Erasings = clip.Erased.Count > 0 ? Take(((clip.Frames.Count + 1L) * sizeof(int)) + ((long)clip.Erased.Count * Unsafe.SizeOf<FrameErasing>())) : -1,
            Fills = Take((long)fills * sizeof(int)),
            Frames = Take((long)clip.Frames.Count * count * rowBytes),
            RowBytes = rowBytes,
            FrameBytes = count * rowBytes,
            Scale = FrameClip.Colours.Of([.. clip.Scale]),
            Shift = FrameClip.Colours.Of([.. clip.Shift]),
            Noise = FrameClip.Colours.Of([.. clip.Noise]),
        };
    }

    private void WriteClip(int i, Span<byte> to)
    {
        var (clip, header, first) = (_clips[i], _headers[i], _rows[i].First);
        var rows = MemoryMarshal.Cast<byte, AxisTap>(to[(int)header.Rows..]);
        for (int y = 0; y < clip.Rows.Count; y++) rows[y] = clip.Rows[y] with { First = clip.Rows[y].First - first, Second = clip.Rows[y].Second - first };
        var columns = MemoryMarshal.Cast<byte, AxisTap>(to[(int)header.Columns..]);
        for (int x = 0; x < clip.Columns.Count; x++) columns[x] = clip.Columns[x];
        if (clip.NoiseStarts is { } starts) MemoryMarshal.AsBytes(starts.AsSpan()).CopyTo(to[(int)header.Starts..]);
        if (header.Erasings >= 0) WriteErasings(clip, to[(int)header.Erasings..], MemoryMarshal.Cast<byte, int>(to[(int)header.Fills..]));
        for (int t = 0; t < clip.Frames.Count; t++)
        {
            clip.Frames[t].Span.Slice(first * header.RowBytes, header.FrameBytes).CopyTo(to[((int)header.Frames + (t * header.FrameBytes))..]);
        }
    }

    private static void WriteErasings(ResampledClip clip, Span<byte> to, Span<int> fills)
    {
        var firsts = MemoryMarshal.Cast<byte, int>(to)[..(clip.Frames.Count + 1)];
        var erasings = MemoryMarshal.Cast<byte, FrameErasing>(to[(firsts.Length * sizeof(int))..]);
        int written = 0, filled = 0;
        for (int t = 0; t < clip.Frames.Count; t++)
        {
            firsts[t] = written;
            foreach (var box in clip.Erased.Where(box => box.Frame == t))
            {
                erasings[written++] = new FrameErasing
                {
                    Top = box.Top,
                    Left = box.Left,
                    Height = box.Height,
                    Width = box.Width,
                    Starts = box.NoiseStarts is null ? -1 : filled,
                    Colour = FrameClip.Colours.Of([.. box.Colour]),
                };
                box.NoiseStarts.CopyTo(fills[filled..]);
                filled += box.NoiseStarts?.Length ?? 0;
            }
        }

        firsts[^1] = written;
    }

    private static bool IsInside(ErasedBox box, ResampledClip clip) =>
        box.Frame >= 0 && box.Frame < clip.Frames.Count && box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= clip.Rows.Count && box.Left + box.Width <= clip.Columns.Count
        && (box.NoiseStarts is null || box.NoiseStarts.Length == Colours * box.Height);

    private long Take(long bytes)
    {
        long at = Bytes;
        Bytes = Aligned(at + bytes);
        return at;
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
