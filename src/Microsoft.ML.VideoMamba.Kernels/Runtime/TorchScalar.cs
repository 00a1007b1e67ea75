using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>
/// Numbers for torch's operations that outlive the operation. TorchSharp turns a number that stands beside a tensor, and the hidden 1 of every sum of two
/// tensors, into an object with native memory, and hands on only its address: the garbage collector may free it while the operation still reads it (seen once in
/// tens of thousands of operations under load: an error from within libtorch, or another number). What runs often, or for long, passes its numbers through here.
/// </summary>
public static class TorchScalar
{
    /// <summary>Far more than any operation takes, so that a number is let go only long after its own is over.</summary>
    private const int Held = 64;

    [ThreadStatic]
    private static Scalar?[]? s_held;

    [ThreadStatic]
    private static int s_next;

    /// <summary>A number to pass to one operation, at once and on the same thread.</summary>
    /// <param name="value">The number, as a float64.</param>
    public static Scalar Of(double value)
    {
        var held = s_held ??= new Scalar?[Held];
        s_next = (s_next + 1) % Held;
        Scalar scalar = value;
        held[s_next] = scalar;
        return scalar;
    }

    /// <summary>one + other.</summary>
    /// <param name="one">A tensor.</param>
    /// <param name="other">A tensor that it can be broadcast with.</param>
    public static Tensor Plus(this Tensor one, Tensor other)
    {
        ArgumentNullException.ThrowIfNull(one);
        return one.add(other, Of(1));
    }

    /// <summary>tensor * number.</summary>
    /// <param name="tensor">A tensor.</param>
    /// <param name="number">The factor.</param>
    public static Tensor Times(this Tensor tensor, double number)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.mul(Of(number));
    }
}
