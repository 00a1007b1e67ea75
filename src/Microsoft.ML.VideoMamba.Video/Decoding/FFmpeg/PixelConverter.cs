using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// From decoded frames to RGB of one size: with each frame's own colour matrix and range (unset ones as BT.601 and limited, as the ffmpeg program
/// takes them), a frame of another size scaled to the first one's.
/// </summary>
internal sealed unsafe class PixelConverter(int width, int height, FrameOrientation orientation) : IDisposable
{
    /// <summary>Some of the converters write whole vectors: rows that are no multiple of one go through a buffer with room at their ends.</summary>
    private const int Padding = 64;

    private SwsContext* _context;
    private FrameShape _shape;
    private byte* _buffer;

    /// <summary>Converts a frame.</summary>
    /// <param name="frame">The decoded frame.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="rgb">Takes rows of RGB without gaps, as shown.</param>
    /// <returns>Whether it can be converted.</returns>
    public bool Convert(AVFrame* frame, FrameShape shape, Span<byte> rgb)
    {
        if (!Prepare(shape)) return false;
        if (width % Padding == 0 && orientation == FrameOrientation.Upright)
        {
            fixed (byte* target = rgb) return Scale(frame, shape, target, width * 3);
        }

        int stride = (width * 3 + 2 * Padding - 1) / Padding * Padding;
        int size = checked(stride * height);
        if (_buffer is null) _buffer = (byte*)NativeMemory.AlignedAlloc((nuint)size + Padding, Padding);
        if (!Scale(frame, shape, _buffer, stride)) return false;
        orientation.Write(new ReadOnlySpan<byte>(_buffer, size), stride, height, width, rgb);
        return true;
    }

    public void Dispose()
    {
        Libav.sws_freeContext(_context);
        NativeMemory.AlignedFree(_buffer);
        _context = null;
        _buffer = null;
    }

    private bool Scale(AVFrame* frame, FrameShape shape, byte* target, int stride)
    {
        byte** planes = stackalloc byte*[4] { target, null, null, null };
        int* strides = stackalloc int[4] { stride, 0, 0, 0 };
        return Libav.sws_scale(_context, LibavLayout.Planes(frame), LibavLayout.LineSizes(frame), 0, shape.Height, planes, strides) == height;
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
