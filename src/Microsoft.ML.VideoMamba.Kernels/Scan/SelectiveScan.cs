using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The selective scan of Mamba over channels-last sequences, differentiable in every tensor.</summary>
public static class SelectiveScan
{
    /// <summary>Runs the recurrence h_t = exp(delta_t A) h_(t-1) + delta_t u_t B_t, y_t = (C_t h_t + D u_t) silu(z_t) along one direction.</summary>
    /// <param name="u">Inputs, (batch, length, channels), float32 or bfloat16 (or float64, by the reference face), each axis from 1 up.</param>
    /// <param name="delta">Step sizes before bias and softplus, shape and type of <paramref name="u"/>.</param>
    /// <param name="A">Decay rates, (channels, d_state), float32 (float64 beside float64 inputs, as the other parameters and the state), negative; d_state from 1 up.</param>
    /// <param name="B">Input map, (batch, length, d_state), type of <paramref name="u"/>.</param>
    /// <param name="C">Output map, (batch, length, d_state), type of <paramref name="u"/>.</param>
    /// <param name="D">Skip connection, (channels), float32, or null.</param>
    /// <param name="z">Gate before its SiLU, shape and type of <paramref name="u"/>, or null.</param>
    /// <param name="deltaBias">Added to <paramref name="delta"/> in float32, (channels), float32, or null.</param>
    /// <param name="initialState">State before the first step, (batch, channels, d_state), float32, or null for zeros.</param>
    /// <param name="deltaSoftplus">Whether softplus is applied to delta (the identity above 20).</param>
    /// <param name="direction">Which end the recurrence starts from.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <remarks>Tensors that are not contiguous are copied first. Source: Mamba (arXiv 2312.00752), section 3.2 and algorithm 2.</remarks>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit; the message names the argument and what it is.</exception>
    public static ScanOutput Run(
        torch.Tensor u,
        torch.Tensor delta,
        torch.Tensor A,
        torch.Tensor B,
        torch.Tensor C,
        torch.Tensor? D = null,
        torch.Tensor? z = null,
        torch.Tensor? deltaBias = null,
        torch.Tensor? initialState = null,
        bool deltaSoftplus = false,
        SequenceDirection direction = SequenceDirection.Forward,
        KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        Check(u, delta, A, B, C, D, z, deltaBias, initialState);
        return KernelFaces.Resolve(face, u, nameof(u)) switch
        {
            KernelFace.Cpu => SelectiveScanCpu.Run(u, delta, A, B, C, D, z, deltaBias, initialState, new ScanOptions(deltaSoftplus, direction, SimdRunner.PreferredWidth)),
            KernelFace.Cuda => RunCuda(u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus, direction),
            _ => SelectiveScanReference.Run(u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus, direction),
        };
    }

    private static ScanOutput RunCuda(
        torch.Tensor u, torch.Tensor delta, torch.Tensor A, torch.Tensor B, torch.Tensor C, torch.Tensor? D, torch.Tensor? z, torch.Tensor? deltaBias, torch.Tensor? initialState,
        bool deltaSoftplus, SequenceDirection direction)
    {
        using var scope = torch.NewDisposeScope();
        static torch.Tensor One(torch.Tensor tensor) => tensor.unsqueeze(0);
        var (y, lastState) = SelectiveScanCuda.Run(
            One(u), One(delta), One(A), One(B), One(C), D is null ? null : One(D), z, deltaBias is null ? null : One(deltaBias), initialState is null ? null : One(initialState),
            deltaSoftplus, direction);
        return new ScanOutput(y.squeeze(0).MoveToOuterDisposeScope(), lastState.squeeze(0).MoveToOuterDisposeScope());
    }

    private static void Check(
        torch.Tensor u, torch.Tensor delta, torch.Tensor A, torch.Tensor B, torch.Tensor C, torch.Tensor? D, torch.Tensor? z, torch.Tensor? deltaBias, torch.Tensor? initialState)
    {
        TensorArgument.RequireType(u, TensorArgument.Activations);
        TensorArgument.RequireShape(u, [("batch", null), ("length", null), ("channels", null)]);
        torch.ScalarType[] activation = [u.dtype], parameter = [TensorArgument.ParameterType(u.dtype)];
        var (batch, length, channels) = (("batch", u.shape[0]), ("length", u.shape[1]), ("channels", u.shape[2]));
        TensorArgument.Require(A, u, parameter, [channels, ("d_state", null)]);
        var states = ("d_state", A.shape[1]);
        TensorArgument.Require(delta, u, activation, [batch, length, channels]);
        TensorArgument.Require(B, u, activation, [batch, length, states]);
        TensorArgument.Require(C, u, activation, [batch, length, states]);
        if (D is not null) TensorArgument.Require(D, u, parameter, [channels]);
        if (z is not null) TensorArgument.Require(z, u, activation, [batch, length, channels]);
        if (deltaBias is not null) TensorArgument.Require(deltaBias, u, parameter, [channels]);
        if (initialState is not null) TensorArgument.Require(initialState, u, parameter, [batch, channels, states]);
    }
}
