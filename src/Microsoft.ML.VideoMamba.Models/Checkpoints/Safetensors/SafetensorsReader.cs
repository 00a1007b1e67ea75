using System.Buffers.Binary;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints.Safetensors;

/// <summary>Reads a safetensors header: 8 bytes of length, JSON, then the tensors' bytes without gaps or overlaps.</summary>
/// <remarks>Source: huggingface.co/docs/safetensors, "Format".</remarks>
internal static class SafetensorsReader
{
    private const int LengthBytes = sizeof(ulong);
    private const int MaxHeaderBytes = 100_000_000;
    private const string Part = "header";

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>Whether a file's first nine bytes are a plausible header length and a brace.</summary>
    public static bool Recognises(ReadOnlySpan<byte> start) =>
        start.Length > LengthBytes && start[LengthBytes] == (byte)'{' && BinaryPrimitives.ReadUInt64LittleEndian(start) <= long.MaxValue;

    public static (IReadOnlyList<CheckpointTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(CheckpointSource source)
    {
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(source.Read(0, LengthBytes, Part));
        if (length > MaxHeaderBytes || length > (ulong)(source.Length - LengthBytes)) throw source.Refuse(Part, $"announces {length} bytes in a file of {source.Length}; at most {MaxHeaderBytes} are read");
        try
        {
            using var header = JsonDocument.Parse(source.Read(LengthBytes, (int)length, Part), s_json);
            return Read(source, header.RootElement, LengthBytes + (long)length);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string of it is not Unicode, which shows only when the string is taken.
            throw new CheckpointException(source.Name, Part, $"is not JSON: {error.Message}", error);
        }
    }

    private static (IReadOnlyList<CheckpointTensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(CheckpointSource source, JsonElement header, long dataOffset)
    {
        if (header.ValueKind != JsonValueKind.Object) throw source.Refuse(Part, "is not a JSON object");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<CheckpointTensor>();
        foreach (var property in header.EnumerateObject())
        {
            if (property.NameEquals("__metadata__")) ReadMetadata(source, property.Value, metadata);
            else tensors.Add(ReadTensor(source, property.Name, property.Value, dataOffset));
        }

        RequireSeamless(source, tensors, dataOffset);
        return (tensors, metadata);
    }

    private static void ReadMetadata(CheckpointSource source, JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object) throw source.Refuse("__metadata__", "is not a JSON object");
        foreach (var property in element.EnumerateObject())
        {
            metadata[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : throw source.Refuse("__metadata__", $"'{property.Name}' is not a string");
        }
    }

    private static CheckpointTensor ReadTensor(CheckpointSource source, string name, JsonElement element, long dataOffset)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out var shape) || Integers(shape) is not { } sizes
            || !element.TryGetProperty("data_offsets", out var offsets) || Integers(offsets) is not [long start, long end])
        {
            throw source.Refuse(name, "is described by other than dtype, shape and data_offsets");
        }

        var type = ElementType.OfSafetensors(dtype.GetString()) ?? throw source.Refuse(name, $"its type {dtype.GetString()} is not supported");
        var layout = TensorLayout.Contiguous(sizes, out string reason) ?? throw source.Refuse(name, $"has {reason}");
        if (start < 0 || end < start || end > source.Length - dataOffset) throw source.Refuse(name, $"its bytes {start} to {end} lead out of the file");
        if (end - start != layout.Count * type.Size) throw source.Refuse(name, $"is {end - start} bytes long, but its shape needs {layout.Count * type.Size}");
        return new CheckpointTensor(name, type, sizes, new StorageRegion(name, dataOffset + start, end - start, null), layout);
    }

    private static long[]? Integers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() > TensorLayout.MaxRank) return null;
        long[] values = new long[element.GetArrayLength()];
        for (int i = 0; i < values.Length; i++)
        {
            if (element[i].ValueKind != JsonValueKind.Number || !element[i].TryGetInt64(out values[i])) return null;
        }

        return values;
    }

    private static void RequireSeamless(CheckpointSource source, List<CheckpointTensor> tensors, long dataOffset)
    {
        long end = dataOffset;
        foreach (var tensor in tensors.OrderBy(tensor => tensor.Region.Offset).ThenBy(tensor => tensor.Region.Length))
        {
            if (tensor.Region.Offset != end) throw source.Refuse(tensor.Name, tensor.Region.Offset < end ? "overlaps the tensor before it" : "leaves a gap behind the tensor before it");
            end += tensor.Region.Length;
        }

        if (end != source.Length) throw source.Refuse(null, $"has {source.Length - end} bytes behind its last tensor");
    }
}
