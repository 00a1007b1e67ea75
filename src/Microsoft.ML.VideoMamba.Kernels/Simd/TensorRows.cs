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
        Stride = tensor.shape[^1];
    }

    /// <summary>Whether there is a tensor.</summary>
    public bool Exist => _start is not null;

    /// <summary>Elements from a row to the next.</summary>
    public long Stride { get; }

    /// <summary>The address of a row's first column.</summary>
    public TElement* Row<TElement>(long row)
        where TElement : unmanaged => (TElement*)(_start + row * Stride * _elementSize);

    /// <summary>The rows from one on, <paramref name="step"/> by <paramref name="step"/>, at a column: to be asked for ahead of their use.</summary>
    public RowsAhead Ahead(long row, int column, int step) => new(_start + (row * Stride + column) * _elementSize, step * Stride * _elementSize);
}
