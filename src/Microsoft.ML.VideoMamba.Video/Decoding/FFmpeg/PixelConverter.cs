using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// From decoded frames to RGB of one size: with each frame's own colour matrix and range (unset ones as BT.601 and limited, as the ffmpeg program
/// takes them), a frame of another size scaled to the first one's.
/// </summary>
internal sealed unsafe class PixelConverter(int width, int height) : IDisposable
{
    /// <summary>Some of the converters write whole vectors: rows have room for them at their ends.</summary>
    private const int Padding = 64;

    private SwsContext* _context;
    private FrameShape _shape;
    private byte* _rgb;

    /// <summary>Bytes from one row of the result to the next.</summary>
    public int Stride { get; } = (width * 3 + 2 * Padding - 1) / Padding * Padding;

    /// <summary>Converts a frame.</summary>
    /// <returns>Rows of RGB, <see cref="Stride"/> bytes apart, good until the next call; nothing if the frame cannot be converted.</returns>
    public ReadOnlySpan<byte> Convert(AVFrame* frame, FrameShape shape)
    {
        if (!Prepare(shape)) return default;
        nuint size = (nuint)Stride * (nuint)height;
        if (_rgb is null) _rgb = (byte*)NativeMemory.AlignedAlloc(size + Padding, Padding);
        byte** planes = stackalloc byte*[4] { _rgb, null, null, null };
        int* strides = stackalloc int[4] { Stride, 0, 0, 0 };
        int rows = Libav.sws_scale(_context, LibavLayout.Planes(frame), LibavLayout.LineSizes(frame), 0, shape.Height, planes, strides);
        return rows == height ? new ReadOnlySpan<byte>(_rgb, checked((int)size)) : default;
    }

    public void Dispose()
    {
        Libav.sws_freeContext(_context);
        NativeMemory.AlignedFree(_rgb);
        _context = null;
        _rgb = null;
    }

    private bool Prepare(FrameShape shape)
    {
        if (_context is not null && shape == _shape) return true;
        Libav.sws_freeContext(_context);
        _context = Libav.sws_getContext(shape.Width, shape.Height, shape.Format, width, height, Libav.Rgb24, Libav.Bicubic, null, null, null);
        _shape = shape;
        return _context is not null && SetColors(shape);
    }

    private bool SetColors(FrameShape shape)
    {
        int* inverse;
        int* table;
        int range, newRange, brightness, contrast, saturation;

        // Formats without a matrix (RGB) have no details to set.
        if (Libav.sws_getColorspaceDetails(_context, &inverse, &range, &table, &newRange, &brightness, &contrast, &saturation) < 0) return true;
        int* matrix = Libav.sws_getCoefficients(shape.ColorSpace);
        if (shape.Range != 0) range = shape.Range == 2 ? 1 : 0;
        _ = Libav.sws_setColorspaceDetails(_context, matrix, range, matrix, newRange, brightness, contrast, saturation);
        return true;
    }
}
