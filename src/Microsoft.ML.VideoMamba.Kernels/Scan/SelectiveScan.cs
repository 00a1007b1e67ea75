using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The selective scan of Mamba over channels-last sequences, differentiable in every tensor.</summary>
public static class SelectiveScan
{
    /// <summary>Runs the recurrence h_t = exp(delta_t A) h_(t-1) + delta_t u_t B_t, y_t = (C_t h_t + D u_t) silu(z_t) along one direction.</summary>
    /// <param name="u">Inputs, (batch, length, channels), float32 or bfloat16; length and channels from 1 up.</param>
    /// <param name="delta">Step sizes before bias and softplus, shape and type of <paramref name="u"/>.</param>
    /// <param name="A">Decay rates, (channels, d_state), float32, negative.</param>
    /// <param name="B">Input map, (batch, length, d_state), type of <paramref name="u"/>.</param>
    /// <param name="C">Output map, (batch, length, d_state), type of <paramref name="u"/>.</param>
    /// <param name="D">Skip connection, (channels), float32, or null.</param>
    /// <param name="z">Gate before its SiLU, shape and type of <paramref name="u"/>, or null.</param>
    /// <param name="deltaBias">Added to <paramref name="delta"/> in float32, (channels), or null.</param>
    /// <param name="initialState">State before the first step, (batch, channels, d_state), float32, or null for zeros.</param>
    /// <param name="deltaSoftplus">Whether softplus is applied to delta (the identity above 20).</param>
    /// <param name="direction">Which end the recurrence starts from.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit.</exception>
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
        return SelectiveScanReference.Run(u, delta, A, B, C, D, z, deltaBias, initialState, deltaSoftplus, direction);
    }
}
