namespace Microsoft.ML.VideoMamba.Models.Checkpoints.Safetensors;

/// <summary>What a safetensors header says of one tensor.</summary>
internal sealed record SafetensorsEntry(string Name, ElementType Type, long[] Shape)
{
    public long ByteCount => Shape.Aggregate((long)Type.Size, (product, size) => checked(product * size));
}
