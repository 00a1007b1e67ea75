using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>As many exponentials as a scan takes, from registers, on all threads: the yardstick of the scan.</summary>
internal sealed class Exponentials(long count) : ISimdKernel
{
    private volatile float _sink;

    public int Pieces => 8;

    public int Channels => 0;

    public void Run() => SimdRunner.Run(this, SimdRunner.PreferredWidth, torch.ScalarType.Float32);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (x, step, zero) = (TLanes.Broadcast(-0.37f), TLanes.Broadcast(-0.0003f), TLanes.Broadcast(0));
        TLanes sum0 = zero, sum1 = zero, sum2 = zero, sum3 = zero;
        for (long i = 0; i < count / Pieces; i += 4 * TLanes.Count)
        {
            sum0 += TLanes.Exp2(x);
            sum1 += TLanes.Exp2(x + step);
            sum2 += TLanes.Exp2(x - step);
            sum3 += TLanes.Exp2(x * step);
            x += step;
        }

        _sink = TLanes.Sum(sum0 + sum1 + sum2 + sum3);
    }
}
