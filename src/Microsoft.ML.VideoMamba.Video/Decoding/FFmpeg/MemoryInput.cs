using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>A video in memory as FFmpeg reads it, without a file.</summary>
internal sealed unsafe class MemoryInput : IDisposable
{
    private const int BufferSize = 64 << 10;

    private readonly Cursor* _cursor;
    private MemoryHandle _pin;
    private AVIOContext* _context;

    public MemoryInput(ReadOnlyMemory<byte> content)
    {
        _pin = content.Pin();
        _cursor = (Cursor*)NativeMemory.Alloc((nuint)sizeof(Cursor));
        *_cursor = new Cursor { Content = (byte*)_pin.Pointer, Length = content.Length };
        var buffer = (byte*)Libav.av_malloc(BufferSize);
        _context = buffer is null ? null : Libav.avio_alloc_context(buffer, BufferSize, 0, _cursor, &Read, null, &Seek);
        if (_context is not null) return;
        if (buffer is not null) Libav.av_freep((void**)&buffer);
        Dispose();
        throw new InsufficientMemoryException("FFmpeg could not allocate an input.");
    }

    public AVIOContext* Context => _context;

    public void Dispose()
    {
        if (_context is not null)
        {
            AVIOContext* context = _context;
            Libav.av_freep(LibavLayout.Buffer(context));
            Libav.avio_context_free(&context);
            _context = null;
        }

        NativeMemory.Free(_cursor);
        _pin.Dispose();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(void* opaque, byte* target, int size)
    {
        var cursor = (Cursor*)opaque;
        long count = Math.Min(size, cursor->Length - cursor->Position);
        if (count <= 0) return Libav.EndOfFile;
        Buffer.MemoryCopy(cursor->Content + cursor->Position, target, size, count);
        cursor->Position += count;
        return (int)count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long Seek(void* opaque, long offset, int whence)
    {
        var cursor = (Cursor*)opaque;
        if ((whence & Libav.SeekSize) != 0) return cursor->Length;
        long position = (SeekOrigin)(whence & ~Libav.SeekForce) switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => cursor->Position + offset,
            SeekOrigin.End => cursor->Length + offset,
            _ => -1,
        };
        if (position < 0 || position > cursor->Length) return Libav.InvalidData;
        return cursor->Position = position;
    }

    private struct Cursor
    {
        public byte* Content;
        public long Length, Position;
    }
}
