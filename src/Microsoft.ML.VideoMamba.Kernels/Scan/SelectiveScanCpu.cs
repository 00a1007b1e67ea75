using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The CPU face of the scan. Arguments are checked by the public entry.</summary>
internal static unsafe class SelectiveScanCpu
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

        var (y, lastState) = Forward(ScanOperands.Prepare(u, delta, A, B, C, D, z, deltaBias, initialState), options, kept: null);
        return new ScanOutput(y.MoveToOuterDisposeScope(), lastState.MoveToOuterDisposeScope());
    }

    /// <summary>Runs the forward kernel; <paramref name="kept"/>, where given, receives what the backward pass starts from.</summary>
    public static (Tensor Y, Tensor LastState) Forward(ScanOperands operands, ScanOptions options, ScanCheckpoints? kept)
    {
        var size = operands.Size(options.Width);
        var y = empty_like(operands.U);
        var lastState = empty(size.Batch, size.Channels, size.States);
        using var scratch = Scratch.Rent();
        var outputs = new ScanOutputs
        {
            Gate = new TensorRows(operands.Z),
            Y = new TensorRows(y),
            Sums = new TensorRows(kept?.Sums),
            LastStates = [(float*)TensorMemory.Address(lastState)],
            Checkpoints = kept?.Addresses,
        };
        SimdRunner.Run(new ScanForwardKernel(size, [operands.Pass(options, scratch)], outputs), options.Width, operands.U.dtype);
        GC.KeepAlive((operands, kept));
        return (y, lastState);
    }

    /// <summary>Runs the backward kernels.</summary>
    /// <returns>Gradients in the order of <see cref="ScanOperands.ToList"/>, null for operands that are absent.</returns>
    public static List<Tensor?> Backward(ScanOperands operands, ScanOptions options, ScanCheckpoints kept, Tensor? dy, Tensor? dLast)
    {
        var size = operands.Size(options.Width);
        (dy, dLast) = (dy?.contiguous(), dLast?.contiguous());
        var (dU, dDelta, dZ) = (empty_like(operands.U), empty_like(operands.Delta), operands.Z is { } z ? empty_like(z) : null);
        var (dB, dC) = (empty_like(operands.B), empty_like(operands.C));
        var dInitial = operands.InitialState is null ? null : empty_like(operands.InitialState);
        var gradients = new ScanGradients(size)
        {
            U = new TensorRows(dU),
            Delta = new TensorRows(dDelta),
            LastState = (float*)TensorMemory.Address(dLast),
            InitialState = (float*)TensorMemory.Address(dInitial),
        };
        var inputs = new ScanBackwardInputs
        {
            Dy = new TensorRows(dy),
            Gate = new TensorRows(operands.Z),
            DGate = new TensorRows(dZ),
            Sums = new TensorRows(kept.Sums),
            Checkpoints = kept.Addresses,
        };
        using var scratch = Scratch.Rent();
        SimdRunner.Run(new ScanBackwardKernel(size, [operands.Pass(options, scratch)], inputs, [gradients]), options.Width, operands.U.dtype);
        SimdRunner.Run(new ScanMapsKernel(size, gradients, new TensorRows(dB), new TensorRows(dC)), options.Width, operands.U.dtype);
        GC.KeepAlive((operands, kept, dy, dLast));
        return
        [
            dU, dDelta, gradients.A.sum([0]), dB, dC, operands.D is null ? null : gradients.D.sum([0]), dZ,
            operands.DeltaBias is null ? null : gradients.DeltaBias.sum([0]), dInitial,
        ];
    }
}
