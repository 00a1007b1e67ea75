using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Networks;

/// <summary>
/// Time and memory of Ti over clips of more and more frames, with the straight lines that fit them best. Each length runs in a process of its own, whose highest
/// resident size is what it took, libraries and weights included.
/// </summary>
internal static class LengthSeries
{
    private const string OneLength = "length-of";

    private static readonly int[] s_frames = [8, 16, 32, 64, 128, 256];

    /// <summary>Runs all lengths and prints them.</summary>
    public static void Run()
    {
        List<(double Frames, double Seconds, double Megabytes)> points = [];
        Console.WriteLine($"Ti, 224 x 224, batch 1, {get_num_threads()} threads");
        Console.WriteLine("frames   tokens    seconds   clip-ms a frame   peak MB");
        foreach (int frames in s_frames)
        {
            var (seconds, megabytes) = Measure(frames);
            points.Add((frames, seconds, megabytes));
            int tokens = (VideoMambaConfig.Tiny with { Frames = frames }).SequenceLength;
            Print($"{frames,6} {tokens,8} {seconds,10:f3} {1e3 * seconds / frames,17:f1} {megabytes,9:f0}");
        }

        Fit("seconds", [.. points.Select(point => (point.Frames, point.Seconds))]);
        Fit("MB", [.. points.Select(point => (point.Frames, point.Megabytes))]);
    }

    /// <summary>Runs one length and prints its seconds and peak megabytes: the child's part.</summary>
    public static void RunOne(int frames, int threads)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var config = VideoMambaConfig.Tiny with { Frames = frames };
        using var model = new VideoMambaModel(config);
        using var prepared = new PreparedModel(model);
        var clips = randn([1, config.Channels, frames, config.Height, config.Width]);
        double best = double.MaxValue;
        for (int run = 0; run < 3; run++)
        {
            long start = Stopwatch.GetTimestamp();
            prepared.Score(clips).Dispose();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        using var process = Process.GetCurrentProcess();
        Print($"{best:f4} {process.PeakWorkingSet64 / 1e6:f1}");
    }

    private static (double Seconds, double Megabytes) Measure(int frames)
    {
        string[] arguments = [typeof(LengthSeries).Assembly.Location, OneLength, $"{frames}", $"{get_num_threads()}"];
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        string[] numbers = child.StandardOutput.ReadToEnd().Trim().Split(' ');
        child.WaitForExit();
        if (child.ExitCode != 0 || numbers.Length != 2) throw new InvalidOperationException($"The run of {frames} frames ended with {child.ExitCode}.");
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Prints the least-squares line and how much of the variance it explains.</summary>
    private static void Fit(string unit, (double X, double Y)[] points)
    {
        double meanX = points.Average(point => point.X), meanY = points.Average(point => point.Y);
        double slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / points.Sum(point => (point.X - meanX) * (point.X - meanX)), start = meanY - slope * meanX;
        double rest = points.Sum(point => Math.Pow(point.Y - start - slope * point.X, 2)), all = points.Sum(point => Math.Pow(point.Y - meanY, 2));
        Print($"{unit} = {start:g3} + {slope:g4} frames, R2 = {1 - rest / all:f5}");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
