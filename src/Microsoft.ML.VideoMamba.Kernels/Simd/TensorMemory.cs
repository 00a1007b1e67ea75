using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Where a tensor's elements lie.</summary>
internal static unsafe class TensorMemory
{
    /// <summary>The address of the first element; null without a tensor. It is valid for as long as the caller keeps the tensor alive.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not contiguous or not in main memory.</exception>
    public static void* Address(torch.Tensor? tensor)
    {
        if (tensor is null) return null;
        if (tensor.NumberOfElements * tensor.ElementSize <= int.MaxValue) return Address(tensor.bytes);

        // A span counts bytes in an int: of a larger tensor take the first element's.
        if (!tensor.is_contiguous()) throw new InvalidOperationException("A kernel got a tensor that is not contiguous.");
        using var first = tensor.as_strided([1], [1], tensor.storage_offset());
        return Address(first.bytes);
    }

    private static void* Address(Span<byte> bytes) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes));
}
