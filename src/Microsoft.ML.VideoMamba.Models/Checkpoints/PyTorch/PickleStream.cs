using System.Buffers.Binary;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>A pickle's bytes, one after the other, with the position of the next one. Announces nothing that is not there.</summary>
internal sealed class PickleStream(CheckpointSource source, string entry, long start, long end)
{
    private const int BufferBytes = 1 << 16;
    private const int MaxLineBytes = 1024;

    private byte[] _buffer = [];
    private int _next;
    private long _bufferEnd = start;

    public long Position => _bufferEnd - (_buffer.Length - _next);

    public byte ReadByte()
    {
        if (_next == _buffer.Length) Refill();
        return _buffer[_next++];
    }

    /// <summary>The next bytes. Bounds their number by what is there before anything is allocated.</summary>
    public byte[] ReadBytes(ulong count, int limit)
    {
        if (count > (ulong)(end - Position)) throw Refuse($"announces {count} bytes at {Position} where {end - Position} are left");
        if (count > (ulong)limit) throw Refuse($"has a value of {count} bytes at {Position}; at most {limit} are read");
        byte[] bytes = new byte[count];
        for (int done = 0; done < bytes.Length;)
        {
            if (_next == _buffer.Length) Refill();
            int part = Math.Min(bytes.Length - done, _buffer.Length - _next);
            _buffer.AsSpan(_next, part).CopyTo(bytes.AsSpan(done));
            _next += part;
            done += part;
        }

        return bytes;
    }

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2, 2));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadBytes(4, 4));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4, 4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadBytes(8, 8));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(ReadBytes(8, 8));

    /// <summary>The bytes up to the next line feed, which is left out.</summary>
    public byte[] ReadLine()
    {
        var line = new List<byte>();
        for (byte next = ReadByte(); next != (byte)'\n'; next = ReadByte())
        {
            if (line.Count == MaxLineBytes) throw Refuse($"has a name longer than {MaxLineBytes} bytes at {Position}");
            line.Add(next);
        }

        return [.. line];
    }

    public CheckpointException Refuse(string reason) => source.Refuse(entry, reason);

    private void Refill()
    {
        int count = (int)Math.Min(BufferBytes, end - _bufferEnd);
        if (count <= 0) throw Refuse("ends early");
        _buffer = source.Read(_bufferEnd, count, entry);
        _bufferEnd += count;
        _next = 0;
    }
}
