using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>
/// Times works against each other: in turn, so that a machine that slows down slows all of them. A sample is as many runs, one after another, as take 20 ms,
/// between two points where the device has nothing left to do; its time is the mean of its runs.
/// </summary>
internal sealed class BenchTimer(Device device, int? samples, CancellationToken cancellation)
{
    private const int LeastSamples = 5, MostSamples = 200;

    private static readonly TimeSpan s_sample = TimeSpan.FromMilliseconds(20), s_all = TimeSpan.FromSeconds(5);

    /// <summary>Seconds of a run, a list for each work; the lists' entries belong together.</summary>
    public IReadOnlyList<List<double>> Measure(params ReadOnlySpan<Action> works)
    {
        int[] runs = new int[works.Length];
        for (int i = 0; i < works.Length; i++)
        {
            // The first run compiles and allocates.
            Time(works[i], 1);
            runs[i] = Math.Max(1, (int)Math.Ceiling(s_sample.TotalSeconds / Time(works[i], 1)));
        }

        List<double>[] seconds = [.. runs.Select(_ => new List<double>())];
        var clock = Stopwatch.StartNew();
        while (seconds[0].Count < (samples ?? LeastSamples) || (samples is null && clock.Elapsed < s_all && seconds[0].Count < MostSamples))
        {
            for (int i = 0; i < works.Length; i++) seconds[i].Add(Time(works[i], runs[i]));
        }

        return seconds;
    }

    /// <summary>Runs a work without asking how long it takes.</summary>
    public void Repeat(Action work, int runs) => Time(work, runs);

    private double Time(Action work, int runs)
    {
        cancellation.ThrowIfCancellationRequested();
        Wait();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++) work();
        Wait();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / runs;
    }

    private void Wait()
    {
        if (device.type == DeviceType.CUDA) cuda.synchronize(device);
    }
}
