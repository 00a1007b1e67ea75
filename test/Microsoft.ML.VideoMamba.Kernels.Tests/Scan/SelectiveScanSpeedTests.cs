using System.Diagnostics;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
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

        double exponentials = Median(30, new Exponentials(Length * Channels * States).Run);
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
}
