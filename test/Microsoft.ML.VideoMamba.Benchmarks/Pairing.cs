using System.Diagnostics;
using System.Globalization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks;

/// <summary>
/// Times a subject beside its yardsticks, turn and turn about in one run: on a machine that others use too only ratios of such pairs mean anything.
/// </summary>
internal sealed class Pairing
{
    private readonly List<(string Name, Action Action)> _turns = [];

    /// <summary>Where set, only turns whose names hold it are run: for a profiler.</summary>
    public static string? Only { get; set; }

    public Pairing Add(string name, Action action)
    {
        if (Only is null || name.Contains(Only, StringComparison.Ordinal)) _turns.Add((name, action));
        return this;
    }

    /// <summary>Runs rounds of all turns for about <paramref name="seconds"/> and prints each turn's minimum and median, and their ratios to the first turn's.</summary>
    public void Run(string title, double seconds)
    {
        if (_turns.Count == 0) return;
        var (times, work) = (_turns.Select(_ => new List<double>()).ToArray(), _turns.Select(_ => new List<double>()).ToArray());
        for (int i = 0; i < 3; i++) Round(null, null);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds || times[0].Count < 5) Round(times, work);

        Console.WriteLine($"{title} ({times[0].Count} rounds)");
        foreach (var list in times.Concat(work)) list.Sort();
        for (int i = 0; i < _turns.Count; i++)
        {
            var (minimum, median) = (times[i][0], Median(times[i]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {_turns[i].Name,-44} min {minimum,9:f3} ms  median {median,9:f3} ms  to first {minimum / times[0][0],7:f3} {median / Median(times[0]),7:f3}  of processor {work[i][0],9:f3} {Median(work[i]),9:f3}  to first {work[i][0] / work[0][0],7:f3} {Median(work[i]) / Median(work[0]),7:f3}"));
        }
    }

    private static double Median(List<double> sorted) => sorted[sorted.Count / 2];

    private void Round(List<double>[]? times, List<double>[]? work)
    {
        for (int i = 0; i < _turns.Count; i++)
        {
            using var scope = NewDisposeScope();
            var processor = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            _turns[i].Action();
            times?[i].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            work?[i].Add((Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
        }
    }
}
