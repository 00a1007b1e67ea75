using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>Owns the native memory of a custom function's backward pass.</summary>
/// <remarks>
/// libtorch may call a backward on a thread of its own, where no caller's scope reaches, and TorchSharp disposes neither the gradients it hands in nor those
/// it takes: each would live until the garbage collector finds it. Here the former are disposed at the end of the pass, and the latter when the same thread
/// next runs a backward: by then libtorch holds its own reference. A backward may run others inside.
/// </remarks>
public static class GradientScope
{
    [ThreadStatic]
    private static List<Tensor?>? s_handedOver;

    /// <summary>Runs <paramref name="backward"/> in a scope of its own.</summary>
    /// <param name="outputGradients">What the engine hands in, undefined ones for outputs that nothing depends on.</param>
    /// <param name="backward">From the outputs' gradients (null where undefined) to the inputs' (null where there is none).</param>
    public static List<Tensor> Run(List<Tensor> outputGradients, Func<IReadOnlyList<Tensor?>, List<Tensor?>> backward)
    {
        ArgumentNullException.ThrowIfNull(outputGradients);
        ArgumentNullException.ThrowIfNull(backward);
        ReleaseHandedOver();
        using var scope = NewDisposeScope();
        var gradients = backward([.. outputGradients.Select(gradient => gradient.IsInvalid ? null : gradient)]);
        ReleaseHandedOver();
        foreach (var gradient in gradients) gradient?.MoveToOuterDisposeScope();
        foreach (var gradient in outputGradients) Release(gradient);
        s_handedOver = gradients;
        return gradients!;
    }

    private static void ReleaseHandedOver()
    {
        foreach (var gradient in s_handedOver ?? []) gradient?.Dispose();
        s_handedOver = null;
    }

    /// <summary>Disposes a tensor; an undefined one is counted as alive by TorchSharp for ever, so it is taken off the count.</summary>
    private static void Release(Tensor tensor)
    {
        if (tensor.IsInvalid) Interlocked.Decrement(ref LiveTensors(null));
        else tensor.Dispose();
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "_totalCount")]
    private static extern ref long LiveTensors(Tensor? tensor);
}
