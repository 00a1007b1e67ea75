using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints.Safetensors;

/// <summary>Writes a safetensors file: the header first, then each tensor as it is handed over, so that no more than one is held.</summary>
/// <remarks>Source: huggingface.co/docs/safetensors, "Format".</remarks>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const int ChunkBytes = 1 << 22;

    /// <summary>Writes the tensors in the given order. <paramref name="read"/> gives the values of one, in a dispose scope of this method's own.</summary>
    public static void Write(Stream stream, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata, Func<SafetensorsEntry, Tensor> read)
    {
        WriteHeader(stream, entries, metadata);
        foreach (var entry in entries)
        {
            using var scope = NewDisposeScope();
            var values = read(entry).cpu().contiguous();
            if (values.dtype != entry.Type.DType || !values.shape.AsSpan().SequenceEqual(entry.Shape)) throw new InvalidOperationException($"Tensor '{entry.Name}' changed its type or shape while it was written.");
            WriteValues(stream, values.reshape(-1));
        }
    }

    private static void WriteHeader(Stream stream, IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            if (metadata.Count > 0) WriteMetadata(writer, metadata);
            long offset = 0;
            foreach (var entry in entries) WriteEntry(writer, entry, ref offset);
            writer.WriteEndObject();
        }

        // Readers map the file into memory: the values begin at a multiple of the widest type.
        while (json.Length % Alignment != 0) json.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        stream.Write(length);
        json.WriteTo(stream);
    }

    private static void WriteMetadata(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        writer.WriteStartObject("__metadata__");
        foreach (var (key, value) in metadata) writer.WriteString(key, value);
        writer.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter writer, SafetensorsEntry entry, ref long offset)
    {
        writer.WriteStartObject(entry.Name);
        writer.WriteString("dtype", entry.Type.SafetensorsName);
        writer.WriteStartArray("shape");
        foreach (long size in entry.Shape) writer.WriteNumberValue(size);
        writer.WriteEndArray();
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(offset);
        offset += entry.ByteCount;
        writer.WriteNumberValue(offset);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteValues(Stream stream, Tensor values)
    {
        long step = ChunkBytes / values.ElementSize;
        for (long start = 0; start < values.numel(); start += step)
        {
            using var part = values.narrow(0, start, Math.Min(step, values.numel() - start));
            stream.Write(part.bytes);
        }
    }
}
