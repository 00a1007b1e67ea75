using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>A tensor of a checkpoint: what it is called, its type and shape. Its values stay in the file until <see cref="Checkpoint.Read(CheckpointTensor)"/>.</summary>
public sealed class CheckpointTensor
{
    private readonly long[] _shape;

    internal CheckpointTensor(string storedName, ElementType type, long[] shape, StorageRegion region, TensorLayout layout)
    {
        StoredName = Name = storedName;
        Type = type;
        _shape = shape;
        Region = region;
        Layout = layout;
    }

    private CheckpointTensor(CheckpointTensor tensor, string name)
        : this(tensor.StoredName, tensor.Type, tensor._shape, tensor.Region, tensor.Layout) => Name = name;

    /// <summary>Its name without the prefixes <c>backbone.</c>, <c>encoder.</c> and <c>module.</c>.</summary>
    public string Name { get; }

    /// <summary>Its name as stored.</summary>
    public string StoredName { get; }

    /// <summary>Its element type.</summary>
    public ScalarType DType => Type.DType;

    /// <summary>The element type's name in PyTorch: <c>float32</c>, <c>bfloat16</c>, <c>int64</c>…</summary>
    public string DTypeName => Type.Name;

    /// <summary>Its sizes; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>Number of elements.</summary>
    public long Count => Layout.Count;

    /// <summary>Bytes of its values when read.</summary>
    public long ByteCount => Count * Type.Size;

    internal ElementType Type { get; }

    internal StorageRegion Region { get; }

    internal TensorLayout Layout { get; }

    internal long[] Sizes => _shape;

    /// <inheritdoc />
    public override string ToString() => $"{Name} {DTypeName} [{string.Join(", ", _shape)}]";

    internal CheckpointTensor Renamed(string name) => new(this, name);
}
