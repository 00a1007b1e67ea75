namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>A matrix, or a batch of them, on a card: rows of elements, which may be parts of wider rows.</summary>
/// <param name="Address">Of the first element.</param>
/// <param name="Row">Elements from one row to the next.</param>
/// <param name="Batch">Elements from one matrix of the batch to the next; 0 where all are the same one.</param>
/// <param name="Transposed">Whether the product takes it transposed.</param>
/// <param name="Float32">Whether elements are float32; else bfloat16.</param>
internal readonly record struct Matrix(nint Address, int Row, bool Float32, long Batch = 0, bool Transposed = false)
{
    /// <summary>The same matrix, transposed in the product.</summary>
    public Matrix T => this with { Transposed = !Transposed };

    /// <summary>The matrix that begins so many elements further on.</summary>
    public Matrix From(long elements) => this with { Address = (nint)(Address + elements * (Float32 ? sizeof(float) : sizeof(ushort))) };
}
