using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Two selective scans of the same sequences, one from each end, with inputs and parameters of their own and one gate. On a CUDA device they are one launch.</summary>
public static class BidirectionalScan
{
    /// <summary>Runs both directions of the recurrence that <see cref="SelectiveScan"/> runs, from zero states.</summary>
    /// <param name="u">Inputs, (2, batch, length, channels): index 0 for <see cref="SequenceDirection.Forward"/>, 1 for <see cref="SequenceDirection.Reverse"/>, both in forward order.</param>
    /// <param name="delta">Step sizes before bias and softplus, shape and type of <paramref name="u"/>.</param>
    /// <param name="A">Decay rates, (2, channels, d_state), float32.</param>
    /// <param name="B">Input maps, (2, batch, length, d_state), type of <paramref name="u"/>.</param>
    /// <param name="C">Output maps, (2, batch, length, d_state), type of <paramref name="u"/>.</param>
    /// <param name="D">Skip connections, (2, channels), float32, or null.</param>
    /// <param name="z">Gate before its SiLU, shared by the directions, (batch, length, channels), type of <paramref name="u"/>, or null.</param>
    /// <param name="deltaBias">Added to <paramref name="delta"/> in float32, (2, channels), float32, or null.</param>
    /// <param name="deltaSoftplus">Whether softplus is applied to delta.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <returns>The outputs, shape and type of <paramref name="u"/>, and the last states, (2, batch, channels, d_state), float32.</returns>
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
        bool deltaSoftplus = false,
        KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        Check(u, delta, A, B, C, D, z, deltaBias);
        if (KernelFaces.Resolve(face, u, nameof(u)) == KernelFace.Cuda)
        {
            return SelectiveScanCuda.Run(u, delta, A, B, C, D, z, deltaBias, initialState: null, deltaSoftplus, SequenceDirection.Forward);
        }

        using var scope = torch.NewDisposeScope();
        ScanOutput One(int i, SequenceDirection direction) => SelectiveScan.Run(
            u[i], delta[i], A[i], B[i], C[i], D?[i], z, deltaBias?[i], initialState: null, deltaSoftplus, direction, face);
        ScanOutput forward = One(0, SequenceDirection.Forward), reverse = One(1, SequenceDirection.Reverse);
        return new ScanOutput(
            torch.stack([forward.Y, reverse.Y]).MoveToOuterDisposeScope(), torch.stack([forward.LastState, reverse.LastState]).MoveToOuterDisposeScope());
    }

    private static void Check(
        torch.Tensor u, torch.Tensor delta, torch.Tensor A, torch.Tensor B, torch.Tensor C, torch.Tensor? D, torch.Tensor? z, torch.Tensor? deltaBias)
    {
        TensorArgument.RequireType(u, TensorArgument.Activations);
        TensorArgument.RequireShape(u, [("directions", 2), ("batch", null), ("length", null), ("channels", null)]);
        torch.ScalarType[] activation = [u.dtype], parameter = [TensorArgument.ParameterType(u.dtype)];
        var (directions, batch, length, channels) = (("directions", 2L), ("batch", u.shape[1]), ("length", u.shape[2]), ("channels", u.shape[3]));
        TensorArgument.Require(A, u, parameter, [directions, channels, ("d_state", null)]);
        var states = ("d_state", A.shape[2]);
        TensorArgument.Require(delta, u, activation, [directions, batch, length, channels]);
        TensorArgument.Require(B, u, activation, [directions, batch, length, states]);
        TensorArgument.Require(C, u, activation, [directions, batch, length, states]);
        if (D is not null) TensorArgument.Require(D, u, parameter, [directions, channels]);
        if (z is not null) TensorArgument.Require(z, u, activation, [batch, length, channels]);
        if (deltaBias is not null) TensorArgument.Require(deltaBias, u, parameter, [directions, channels]);
    }
}
