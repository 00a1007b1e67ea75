using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The CPU face of the scan. Arguments are checked by the public entry.</summary>
internal static class SelectiveScanCpu
{
    public static ScanOutput Run(
        Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState, ScanOptions options)
    {
        using var scope = NewDisposeScope();
        Tensor?[] inputs = [u, delta, A, B, C, D, z, deltaBias, initialState];
        if (is_grad_enabled() && inputs.Any(input => input is { requires_grad: true }))
        {
            var outputs = SelectiveScanFunction.apply([.. inputs, options]);
            return new ScanOutput(outputs[0].MoveToOuterDisposeScope(), outputs[1].MoveToOuterDisposeScope());
        }

        var (y, lastState) = Forward(ScanOperands.Prepare(u, delta, A, B, C, D, z, deltaBias, initialState), options, checkpoints: null);
        return new ScanOutput(y.MoveToOuterDisposeScope(), lastState.MoveToOuterDisposeScope());
    }

    /// <summary>Runs the forward kernel; <paramref name="checkpoints"/>, where given, receives the states that the backward pass starts from.</summary>
    public static (Tensor Y, Tensor LastState) Forward(ScanOperands operands, ScanOptions options, Tensor? checkpoints)
    {
        var y = empty_like(operands.U);
        var lastState = empty(operands.Batch, operands.Channels, operands.States);
        SimdRunner.Run(new ScanForwardKernel(operands, options, y, lastState, checkpoints), options.Width, operands.U.dtype);
        GC.KeepAlive(operands);
        GC.KeepAlive(checkpoints);
        return (y, lastState);
    }

    /// <summary>Room for the states that the forward pass keeps.</summary>
    public static Tensor EmptyCheckpoints(ScanOperands operands, ScanOptions options) =>
        empty(operands.Batch, ScanKernel.ChunksOf(operands.Length), ScanKernel.Padded(operands.Channels, options.Width), operands.States);

    /// <summary>Runs the backward kernel.</summary>
    /// <returns>Gradients in the order of <see cref="ScanOperands.ToList"/>.</returns>
    public static List<Tensor?> Backward(ScanOperands operands, ScanOptions options, Tensor checkpoints, Tensor? dy, Tensor? dLast)
    {
        var gradients = new ScanGradients(operands);
        (dy, dLast) = (dy?.contiguous(), dLast?.contiguous());
        SimdRunner.Run(new ScanBackwardKernel(operands, options, checkpoints, dy, dLast, gradients), options.Width, operands.U.dtype);
        GC.KeepAlive(operands);
        GC.KeepAlive((checkpoints, dy, dLast));
        return gradients.ToList(operands);
    }
}
