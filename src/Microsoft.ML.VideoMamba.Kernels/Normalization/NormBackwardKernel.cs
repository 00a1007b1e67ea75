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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (first, end) = Rows(piece);
        float* dWeight = _dWeight + (long)piece * Channels, dBias = _dBias + (long)piece * Channels;
        new Span<float>(dWeight, Channels).Clear();
        new Span<float>(dBias, Channels).Clear();
        for (long at = first * Channels; at < end * Channels; at += Channels)
        {
            var (mean, inverse) = Statistics<TLanes>(_sum + at);
            var (centre, scale) = (TLanes.Broadcast(mean), TLanes.Broadcast(inverse));
            var (meanOfGn, meanOfG) = ReduceRow<TLanes, TElement>(at, centre, scale, dWeight, dBias);
            var (slope, shift) = (TLanes.Broadcast(meanOfGn), TLanes.Broadcast(Centred ? meanOfG : 0));
            for (int channel = 0; channel < Channels; channel += TLanes.Count)
            {
                var normed = (Load<TLanes>(_sum + at, channel) - centre) * scale;
                var g = Load<TLanes>(_weight, channel) * Load<TLanes, TElement>((TElement*)_dy + at, channel);
                var ds = (g - normed * slope - shift) * scale;
                if (_dSum is not null) ds += Load<TLanes>(_dSum + at, channel);
                if (_dResidual is not null) Store(ds, _dResidual + at, channel);
                Store<TLanes, TElement>(ds, (TElement*)_dx + at, channel);
            }
        }
    }

    /// <summary>Adds the row to the gradients of scale and shift; returns mean(g n) and mean(g).</summary>
    private (float MeanOfGn, float MeanOfG) ReduceRow<TLanes, TElement>(long at, TLanes centre, TLanes scale, float* dWeight, float* dBias)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (sumOfGn, sumOfG) = (TLanes.Broadcast(0), TLanes.Broadcast(0));
        for (int channel = 0; channel < Channels; channel += TLanes.Count)
        {
            var normed = (Load<TLanes>(_sum + at, channel) - centre) * scale;
            var dy = Load<TLanes, TElement>((TElement*)_dy + at, channel);
            var g = Load<TLanes>(_weight, channel) * dy;
            sumOfGn = TLanes.MultiplyAdd(g, normed, sumOfGn);
            sumOfG += g;
            Store(TLanes.MultiplyAdd(dy, normed, Load<TLanes>(dWeight, channel)), dWeight, channel);
            Store(Load<TLanes>(dBias, channel) + dy, dBias, channel);
        }

        return (TLanes.Sum(sumOfGn) / Channels, TLanes.Sum(sumOfG) / Channels);
    }
}
