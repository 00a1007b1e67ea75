using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>A float32 matrix in main memory, as it lies or transposed: an operand of a product needs no copy. Its tensor's owner keeps it alive.</summary>
internal readonly unsafe struct MatrixView
{
    /// <summary>Numbers that lie at any two strides.</summary>
    public MatrixView(float* start, long rows, long columns, long rowStride, long columnStride = 1)
    {
        Start = start;
        (Rows, Columns, RowStride, ColumnStride) = (rows, columns, rowStride, columnStride);
    }

    /// <summary>The rows of a contiguous tensor's last axis, or some neighbouring columns of them.</summary>
    /// <param name="tensor">(…, columns), float32.</param>
    /// <param name="column">The first column.</param>
    /// <param name="columns">Number of columns; all from the first on if left out.</param>
    public MatrixView(torch.Tensor tensor, long column = 0, long? columns = null)
    {
        Start = (float*)TensorMemory.Address(tensor) + column;
        (RowStride, ColumnStride) = (tensor.size(-1), 1);
        (Rows, Columns) = (tensor.NumberOfElements / RowStride, columns ?? RowStride - column);
    }

    public float* Start { get; }

    public long Rows { get; }

    public long Columns { get; }

    /// <summary>Elements from a row to the next.</summary>
    public long RowStride { get; }

    /// <summary>Elements from a column to the next.</summary>
    public long ColumnStride { get; }

    public MatrixView Transposed => new(Start, Columns, Rows, ColumnStride, RowStride);

    public float* At(long row, long column) => Start + row * RowStride + column * ColumnStride;
}
