using System.Diagnostics;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Scan;

/// <summary>The scan at the size of the Tiny model on 8 frames of 224 x 224: faces against each other and against the exponentials alone.</summary>
[TestClass]
[DoNotParallelize]
public sealed class SelectiveScanSpeedTests
{
    private const int Length = 1569, Channels = 384, States = 16;

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void CpuFaceIsManyTimesFasterThanTheReference()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 1, batch: 1, Length, Channels, States, ScalarType.Float32);
        double reference, cpu;
        using (no_grad())
        {
            cpu = Median(30, () => scan.Run(KernelFace.Cpu));
            reference = Median(3, () => scan.Run(KernelFace.Reference));
        }

        double exponentials = Median(30, () => SimdRunner.Run(new Exponentials(Length * Channels * States), SimdRunner.PreferredWidth, ScalarType.Float32));
        scan.RequireGradients();
        double training = Median(15, () => scan.Run(KernelFace.Cpu).Y.sum().backward());
        TestContext.WriteLine(
            $"{KernelFaces.Description}: reference {reference:f1} ms, CPU {cpu:f2} ms ({reference / cpu:f0} times faster), exponentials alone {exponentials:f2} ms ({cpu / exponentials:f2} times), forward and backward {training:f2} ms");

        Assert.IsGreaterThan(30, reference / cpu);
    }

    private static double Median(int repetitions, Action action)
    {
        double[] times = new double[repetitions];
        for (int i = -1 - repetitions / 3; i < repetitions; i++)
        {
            using var scope = NewDisposeScope();
            long start = Stopwatch.GetTimestamp();
            action();
            if (i >= 0) times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[repetitions / 2];
    }

    /// <summary>As many exponentials as a scan takes, from registers, on all cores.</summary>
    private sealed class Exponentials(int count) : ISimdKernel
    {
        private float _sink;

        public int Pieces => 8;

        public int Channels => 0;

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
        public void Run<TLanes, TElement>(int piece)
            where TLanes : unmanaged, ILanes<TLanes>
            where TElement : unmanaged, IElement<TElement>
        {
            var (x, step, sum0, sum1, sum2, sum3) = (TLanes.Broadcast(-0.37f), TLanes.Broadcast(-0.0003f), TLanes.Broadcast(0), TLanes.Broadcast(0), TLanes.Broadcast(0), TLanes.Broadcast(0));
            for (int i = 0; i < count / Pieces; i += 4 * TLanes.Count)
            {
                sum0 += TLanes.Exp2(x);
                sum1 += TLanes.Exp2(x + step);
                sum2 += TLanes.Exp2(x - step);
                sum3 += TLanes.Exp2(x * step);
                x += step;
            }

            _sink = TLanes.Sum(sum0 + sum1 + sum2 + sum3);
            GC.KeepAlive(_sink);
        }
    }
}
