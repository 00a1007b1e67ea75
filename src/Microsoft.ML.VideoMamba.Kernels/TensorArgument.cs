using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels;

/// <summary>Checks a kernel's tensors at its entry: a wrong one must never reach native code, which would end the process.</summary>
internal static class TensorArgument
{
    /// <summary>What kernels take as activations. float64 is for checks of the reference face.</summary>
    public static ReadOnlySpan<ScalarType> Activations => [ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float64];

    /// <summary>The type of parameters and states beside activations of <paramref name="type"/>.</summary>
    public static ScalarType ParameterType(ScalarType type) => type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Requires one of <paramref name="types"/>.</summary>
    public static void RequireType(Tensor tensor, ReadOnlySpan<ScalarType> types, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (types.Contains(tensor.dtype)) return;
        throw new ArgumentException($"{name} must be of type {string.Join(" or ", types.ToArray())}; it is {tensor.dtype}.", name);
    }

    /// <summary>Requires the axes, by name and size; a size of null takes any from 1 up.</summary>
    public static void RequireShape(Tensor tensor, ReadOnlySpan<(string Axis, long? Size)> axes, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        long[] shape = tensor.shape;
        bool fits = shape.Length == axes.Length;
        for (int i = 0; fits && i < shape.Length; i++) fits = shape[i] >= 1 && shape[i] == (axes[i].Size ?? shape[i]);
        if (fits) return;
        string wanted = string.Join(", ", axes.ToArray().Select(axis => axis.Size is { } size ? $"{axis.Axis} {size}" : $"{axis.Axis} from 1 up"));
        throw new ArgumentException($"{name} must have the shape ({wanted}); it has ({string.Join(", ", shape)}).", name);
    }

    /// <summary>Requires one of <paramref name="types"/>, the axes and the device of <paramref name="first"/>, the entry's first argument.</summary>
    public static void Require(
        Tensor tensor, Tensor first, ReadOnlySpan<ScalarType> types, ReadOnlySpan<(string Axis, long? Size)> axes, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        RequireType(tensor, types, name);
        RequireShape(tensor, axes, name);
        if (tensor.device_type == first.device_type && tensor.device_index == first.device_index) return;
        throw new ArgumentException($"{name} must be on {first.device} as the other arguments; it is on {tensor.device}.", name);
    }
}
