using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Tensors' addresses on a card.</summary>
internal static class DeviceMemory
{
    private const int WidestCopy = 16;

    /// <summary>The address of the first element, strides or not; 0 without a tensor. It is valid for as long as the caller keeps the tensor alive.</summary>
    public static nint Address(torch.Tensor? tensor) => tensor is null ? 0 : Data(null, tensor.Handle);

    /// <summary>The address of element <paramref name="offset"/>.</summary>
    public static nint Address(torch.Tensor tensor, long offset) => (nint)(Data(null, tensor.Handle) + offset * tensor.ElementSize);

    /// <summary>The tensor, dense and beginning at 16 bytes as the widest copies want it: itself where it is so; null without one.</summary>
    [return: NotNullIfNotNull(nameof(tensor))]
    public static torch.Tensor? Dense(torch.Tensor? tensor)
    {
        if (tensor is null) return null;
        var dense = tensor.contiguous();
        return Address(dense) % WidestCopy == 0 ? dense : dense.clone();
    }

    /// <summary>What <c>Storage.data_ptr</c> and the offset give, in one call and without two objects.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "THSTensor_data")]
    private static extern nint Data([UnsafeAccessorType("TorchSharp.PInvoke.NativeMethods, TorchSharp")] object? binding, nint tensor);
}
