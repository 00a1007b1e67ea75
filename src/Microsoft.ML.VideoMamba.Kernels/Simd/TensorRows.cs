using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>
/// The rows of a contiguous tensor's last axis, or of some neighbouring columns of it, as kernels read and write them: a part of a wider row needs no copy.
/// </summary>
internal readonly unsafe struct TensorRows
{
    private readonly byte* _start;
    private readonly int _elementSize;

    /// <param name="tensor">(…, columns), contiguous; null for rows that are absent. Its owner keeps it alive.</param>
    /// <param name="column">The first column.</param>
    public TensorRows(torch.Tensor? tensor, long column = 0)
    {
        if (tensor is null) return;
        _elementSize = (int)tensor.ElementSize;
        _start = (byte*)TensorMemory.Address(tensor) + column * _elementSize;
        Stride = tensor.size(-1);
    }

    /// <summary>Rows that lie anywhere.</summary>
    /// <param name="start">The first row.</param>
    /// <param name="elementSize">Bytes of an element.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    public TensorRows(void* start, int elementSize, long stride)
    {
        _start = (byte*)start;
        (_elementSize, Stride) = (elementSize, stride);
    }

    /// <summary>Whether there is a tensor.</summary>
    public bool Exist => _start is not null;

    /// <summary>Whether elements lie as float32, and not as bfloat16.</summary>
    public bool AreSingle => _elementSize == sizeof(float);

    /// <summary>Elements from a row to the next.</summary>
    public long Stride { get; }

    /// <summary>Bytes from a row to the next.</summary>
    public long RowSize => Stride * _elementSize;

    /// <summary>The address of an element.</summary>
    public void* At(long row, long column) => _start + (row * Stride + column) * _elementSize;

    /// <summary>The address of a row's first column.</summary>
    public TElement* Row<TElement>(long row)
        where TElement : unmanaged => (TElement*)(_start + row * Stride * _elementSize);

    /// <summary>The rows from one on, each <paramref name="step"/> rows after the one before.</summary>
    public TensorRows From(long row, int step = 1) => new(At(row, 0), _elementSize, step * Stride);

    /// <summary>The rows from one on, <paramref name="step"/> by <paramref name="step"/>, at a column: to be asked for ahead of their use.</summary>
    public RowsAhead Ahead(long row, int column, int step) => new(At(row, column), step * Stride * _elementSize);
}
