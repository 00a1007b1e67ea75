using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The norm's gradients, row by row; those of scale and shift get a partial sum for each piece.</summary>
/// <remarks>
/// With n = (s - mean) inverse the normed sum and g = weight dy: ds = inverse (g - n mean(g n) - mean(g)), the last term for layer norm only, plus the
/// gradient that reaches s directly; dweight = sum over rows of dy n, dbias = sum over rows of dy.
/// </remarks>
internal sealed unsafe class NormBackwardKernel : NormKernel, ISimdKernel
{
    private readonly float* _sum;
    private readonly float* _weight;
    private readonly void* _dy;
    private readonly float* _dSum;
    private readonly void* _dx;
    private readonly float* _dResidual;
    private readonly float* _dWeight;
    private readonly float* _dBias;

    /// <param name="sum">The sums of the forward pass, float32.</param>
    /// <param name="weight">The scale.</param>
    /// <param name="options">How.</param>
    /// <param name="dy">Gradient of the normed sums, contiguous.</param>
    /// <param name="dSum">Gradient of the sums as an output, float32, contiguous, or null for zero.</param>
    /// <param name="dx">Receives the gradient of x, in its type.</param>
    /// <param name="dResidual">Receives the gradient of the residual, float32; null where it is not wanted beside dx.</param>
    /// <param name="dWeight">Receives each piece's share of the scale's gradient, (pieces, channels).</param>
    /// <param name="dBias">Receives each piece's share of the shift's gradient, (pieces, channels).</param>
    public NormBackwardKernel(Tensor sum, Tensor weight, NormOptions options, Tensor dy, Tensor? dSum, Tensor dx, Tensor? dResidual, Tensor dWeight, Tensor dBias)
        : base(sum.NumberOfElements / weight.shape[0], (int)weight.shape[0], options)
    {
        _sum = (float*)TensorMemory.Address(sum);
        _weight = (float*)TensorMemory.Address(weight);
        _dy = TensorMemory.Address(dy);
        _dSum = (float*)TensorMemory.Address(dSum);
        _dx = TensorMemory.Address(dx);
        _dResidual = (float*)TensorMemory.Address(dResidual);
        _dWeight = (float*)TensorMemory.Address(dWeight);
        _dBias = (float*)TensorMemory.Address(dBias);
    }

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (first, end) = Rows(piece);
        float* dWeight = _dWeight + (long)piece * Channels, dBias = _dBias + (long)piece * Channels;
        new Span<float>(dWeight, Channels).Clear();
        new Span<float>(dBias, Channels).Clear();
        for (long at = first * Channels; at < end * Channels; at += Channels) NormBack<TLanes, TElement>(at, dWeight, dBias);
    }

    /// <summary>One row: with n the normed row and g = weight dy, ds = (g - n mean(g n) - mean(g)) / root; RMS norm has no last term.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void NormBack<TLanes, TElement>(long at, float* dWeight, float* dBias)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int n = Channels;
        bool centred = Centred;
        float* sum = _sum + at, weight = _weight, dSum = _dSum is null ? null : _dSum + at, dResidual = _dResidual is null ? null : _dResidual + at;
        TElement* dySource = (TElement*)_dy + at, dx = (TElement*)_dx + at;
        var (mean, inverse) = Statistics<TLanes, TElement>(sum);
        var (sumOfGn, sumOfG) = (TLanes.Broadcast(0), TLanes.Broadcast(0));
        for (int channel = 0; channel < n; channel += TLanes.Count)
        {
            int rest = n - channel;
            var normed = (TElement.LoadSingle<TLanes>(sum + channel, rest) - mean) * inverse;
            var dy = TElement.Load<TLanes>(dySource + channel, rest);
            var g = TElement.LoadSingle<TLanes>(weight + channel, rest) * dy;
            sumOfGn = TLanes.MultiplyAdd(g, normed, sumOfGn);
            TElement.StoreSingle(TLanes.MultiplyAdd(dy, normed, TElement.LoadSingle<TLanes>(dWeight + channel, rest)), dWeight + channel, rest);
            if (!centred) continue;
            sumOfG += g;
            TElement.StoreSingle(TElement.LoadSingle<TLanes>(dBias + channel, rest) + dy, dBias + channel, rest);
        }

        var (slope, shift) = (TLanes.Broadcast(TLanes.Sum(sumOfGn) / n), TLanes.Broadcast(TLanes.Sum(sumOfG) / n));
        for (int channel = 0; channel < n; channel += TLanes.Count)
        {
            int rest = n - channel;
            var normed = (TElement.LoadSingle<TLanes>(sum + channel, rest) - mean) * inverse;
            var g = TElement.LoadSingle<TLanes>(weight + channel, rest) * TElement.Load<TLanes>(dySource + channel, rest);
            var ds = (g - normed * slope - shift) * inverse;
            if (dSum is not null) ds += TElement.LoadSingle<TLanes>(dSum + channel, rest);
            if (dResidual is not null) TElement.StoreSingle(ds, dResidual + channel, rest);
            TElement.Store(ds, dx + channel, rest);
        }
    }
}
