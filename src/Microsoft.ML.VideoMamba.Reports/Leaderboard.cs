using System.Globalization;
using Microsoft.ML.VideoMamba.Training.Experiments;
using ScottPlot;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A picture of an experiment: what the best epoch so far of each trial measured, over its epochs; the best trial is first in the legend and boldest, those behind the tenth are faint.</summary>
public static class Leaderboard
{
    private const int Width = 900, Height = 560, MostNamed = 10;

    /// <summary>Writes the picture as PNG. The file appears whole or not at all.</summary>
    /// <param name="path">The PNG file; one that exists is replaced.</param>
    /// <param name="trials">The trials.</param>
    /// <param name="metric">What they are judged by.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<Trial> trials, ExperimentMetric metric)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(trials);
        using var plot = new Plot();
        var measured = Ranked(trials, metric);
        foreach (var trial in measured.Skip(MostNamed)) AddCurve(plot, trial, Colors.LightGray, width: 1);
        var palette = new ScottPlot.Palettes.Category10();
        foreach (var (rank, trial) in measured.Take(MostNamed).Index().Reverse())
        {
            var curve = AddCurve(plot, trial, palette.GetColor(rank), rank == 0 ? 4 : 1.5f);
            // Drawn last, to lie on top, but named first.
            plot.Legend.ManualItems.Insert(0, new LegendItem { LabelText = string.Create(CultureInfo.InvariantCulture, $"trial {trial.Number}: {trial.Metric:G4}"), LineColor = curve.LineColor, LineWidth = curve.LineWidth });
        }

        plot.XLabel("epoch");
        PlotFile.CountEpochs(plot);
        plot.YLabel($"{ExperimentMetrics.NameOf(metric)} of the best epoch so far");
        plot.Title(string.Create(CultureInfo.InvariantCulture, $"{trials.Count} trials, {trials.Sum(trial => trial.Epochs)} epochs"));
        if (measured.Count > 0) plot.ShowLegend(Edge.Right);
        PlotFile.Write(plot, path, Width, Height);
    }

    /// <summary>The trials that were measured and have not failed without leaving a model, the best first; equal ones by their loss.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="metric">What they are judged by.</param>
    public static IReadOnlyList<Trial> Ranked(IReadOnlyList<Trial> trials, ExperimentMetric metric) =>
    [
        .. trials.Where(trial => trial.Metric is not null && (trial.IsCandidate || trial.State != TrialState.Failed))
            .OrderByDescending(trial => ExperimentMetrics.LessIsBetter(metric) ? -trial.Metric : trial.Metric).ThenBy(trial => trial.Loss),
    ];

    private static ScottPlot.Plottables.Scatter AddCurve(Plot plot, Trial trial, Color color, float width)
    {
        var curve = plot.Add.Scatter(Enumerable.Range(1, trial.Course.Count).Select(epoch => (double)epoch).ToArray(), trial.Course.ToArray(), color);
        curve.LineWidth = width;
        curve.MarkerSize = trial.Course.Count == 1 ? 6 : 0;
        return curve;
    }
}
