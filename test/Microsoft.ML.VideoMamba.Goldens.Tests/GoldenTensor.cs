using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>One tensor of a case as stored: safetensors' name of its type, its shape and its little-endian bytes, row-major.</summary>
internal sealed record GoldenTensor(string DType, long[] Shape, ReadOnlyMemory<byte> Bytes)
{
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The values widened to double (exact for every type but I64 beyond 2^53).</summary>
    public double[] ToDoubles()
    {
        var bytes = Bytes.Span;
        var values = new double[Count];
        for (int i = 0; i < values.Length; i++) values[i] = Element(bytes, i);
        return values;
    }

    public float[] ToFloats() => DType == "F32" ? MemoryMarshal.Cast<byte, float>(Bytes.Span).ToArray() : Array.ConvertAll(ToDoubles(), value => (float)value);

    public long[] ToLongs() => Array.ConvertAll(ToDoubles(), value => (long)value);

    private double Element(ReadOnlySpan<byte> bytes, int i) => DType switch
    {
        "F64" => BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]),
        "F32" => BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]),
        "F16" => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]),
        "BF16" => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16),
        "I64" => BinaryPrimitives.ReadInt64LittleEndian(bytes[(8 * i)..]),
        "I32" => BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]),
        "I16" => BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]),
        "I8" => (sbyte)bytes[i],
        "U8" or "BOOL" => bytes[i],
        _ => throw new InvalidDataException($"Type {DType} is not one that goldens use."),
    };
}
