using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Residual add and norm, row by row while the row is in the first cache.</summary>
internal sealed unsafe class NormForwardKernel : NormKernel, ISimdKernel
{
    private readonly void* _x;
    private readonly float* _residual;
    private readonly float* _weight;
    private readonly float* _bias;
    private readonly void* _y;
    private readonly float* _sum;

    /// <param name="operands">What to norm.</param>
    /// <param name="options">How.</param>
    /// <param name="y">Receives the normed sums.</param>
    /// <param name="sum">Receives the sums; null where x itself holds them.</param>
    public NormForwardKernel(NormOperands operands, NormOptions options, Tensor y, Tensor? sum)
        : base(operands.Rows, operands.Channels, options)
    {
        _x = TensorMemory.Address(operands.X);
        _residual = (float*)TensorMemory.Address(operands.Residual);
        _weight = (float*)TensorMemory.Address(operands.Weight);
        _bias = (float*)TensorMemory.Address(operands.Bias);
        _y = TensorMemory.Address(y);
        _sum = (float*)TensorMemory.Address(sum);
    }

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (first, end) = Rows(piece);
        for (long at = first * Channels; at < end * Channels; at += Channels)
        {
            float* sum = _sum is null ? (float*)_x + at : _sum + at;
            if (_sum is not null) Add<TLanes, TElement>((TElement*)_x + at, _residual is null ? null : _residual + at, sum);
            Norm<TLanes, TElement>(sum, (TElement*)_y + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Add<TLanes, TElement>(TElement* x, float* residual, float* sum)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int n = Channels;
        for (int channel = 0; channel < n; channel += TLanes.Count)
        {
            var value = TElement.Load<TLanes>(x + channel, n - channel);
            if (residual is not null) value += TElement.LoadSingle<TLanes>(residual + channel, n - channel);
            TElement.StoreSingle(value, sum + channel, n - channel);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Norm<TLanes, TElement>(float* sum, TElement* y)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int n = Channels;
        float* weight = _weight, bias = _bias;
        var (mean, inverse) = Statistics<TLanes, TElement>(sum);
        for (int channel = 0; channel < n; channel += TLanes.Count)
        {
            var value = (TElement.LoadSingle<TLanes>(sum + channel, n - channel) - mean) * inverse * TElement.LoadSingle<TLanes>(weight + channel, n - channel);
            if (bias is not null) value += TElement.LoadSingle<TLanes>(bias + channel, n - channel);
            TElement.Store(value, y + channel, n - channel);
        }
    }
}
