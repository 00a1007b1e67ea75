using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// Where the backward scan writes. A, D, the delta bias get a partial sum for each clip; B and C one for each clip and piece of channels. They are added up
/// in a fixed order at the end.
/// </summary>
internal sealed unsafe class ScanGradients
{
    private readonly Tensor _u, _delta, _a, _b, _c, _d, _deltaBias, _initialState;
    private readonly Tensor? _z;

    public ScanGradients(ScanOperands operands)
    {
        long batch = operands.Batch, channels = operands.Channels, states = operands.States, parts = ScanBackwardKernel.PartialSums(operands.Channels);
        (_u, _delta, _z) = (empty_like(operands.U), empty_like(operands.Delta), operands.Z is { } z ? empty_like(z) : null);
        (_a, _initialState) = (empty(batch, channels, states), empty(batch, channels, states));
        (_d, _deltaBias) = (empty(batch, channels), empty(batch, channels));
        (_b, _c) = (empty(batch, parts, operands.Length, states), empty(batch, parts, operands.Length, states));
        U = TensorMemory.Address(_u);
        Delta = TensorMemory.Address(_delta);
        Z = TensorMemory.Address(_z);
        A = (float*)TensorMemory.Address(_a);
        InitialState = (float*)TensorMemory.Address(_initialState);
        D = (float*)TensorMemory.Address(_d);
        DeltaBias = (float*)TensorMemory.Address(_deltaBias);
        B = (float*)TensorMemory.Address(_b);
        C = (float*)TensorMemory.Address(_c);
    }

    public void* U { get; }

    public void* Delta { get; }

    public void* Z { get; }

    public float* A { get; }

    public float* B { get; }

    public float* C { get; }

    public float* D { get; }

    public float* DeltaBias { get; }

    public float* InitialState { get; }

    /// <summary>The gradients in the order of <see cref="ScanOperands.ToList"/>, null for operands that are absent.</summary>
    public List<Tensor?> ToList(ScanOperands operands) =>
    [
        _u, _delta, _a.sum([0]), _b.sum([1]).to_type(operands.U.dtype), _c.sum([1]).to_type(operands.U.dtype),
        operands.D is null ? null : _d.sum([0]), _z, operands.DeltaBias is null ? null : _deltaBias.sum([0]), operands.InitialState is null ? null : _initialState,
    ];
}
