using Microsoft.ML.VideoMamba.Training;
using ScottPlot;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A picture of how a training went: losses (left axis) and validation accuracy (right axis) over the epochs.</summary>
public static class LearningCurves
{
    private const int Width = 900, Height = 520;

    /// <summary>Writes the picture as PNG. The file appears whole or not at all.</summary>
    /// <param name="path">The PNG file; one that exists is replaced.</param>
    /// <param name="epochs">The finished epochs, at least one.</param>
    /// <param name="title">What stands above the curves; nothing if null.</param>
    /// <exception cref="ArgumentException">There is no epoch.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<EpochMetrics> epochs, string? title = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(epochs);
        if (epochs.Count == 0) throw new ArgumentException("Curves need at least one finished epoch.", nameof(epochs));
        using var plot = new Plot();
        plot.Add.Palette = new ScottPlot.Palettes.Category10();
        AddCurve(plot, "training loss", epochs, epoch => epoch.TrainLoss);
        AddCurve(plot, "validation loss", epochs, epoch => epoch.ValidationLoss);
        AddAccuracy(plot, epochs);
        plot.XLabel("epoch");
        PlotFile.CountEpochs(plot);
        plot.YLabel("loss");
        if (title is not null) plot.Title(title);
        plot.ShowLegend(Edge.Bottom);
        PlotFile.Write(plot, path, Width, Height);
    }

    private static void AddAccuracy(Plot plot, IReadOnlyList<EpochMetrics> epochs)
    {
        if (AddCurve(plot, "validation accuracy", epochs, epoch => epoch.ValidationTop1) is not { } curve) return;
        curve.Axes.YAxis = plot.Axes.Right;
        curve.LinePattern = LinePattern.Dashed;
        plot.Axes.Right.Label.Text = "accuracy";
        plot.Axes.Right.Min = 0;
        plot.Axes.Right.Max = 1.02;
    }

    /// <summary>A line through the epochs that have the value, marked where it is one point only; null if none has it.</summary>
    private static ScottPlot.Plottables.Scatter? AddCurve(Plot plot, string name, IReadOnlyList<EpochMetrics> epochs, Func<EpochMetrics, double?> value)
    {
        var points = epochs.Where(epoch => value(epoch) is not null).Select(epoch => (X: (double)epoch.Epoch, Y: value(epoch)!.Value)).ToList();
        if (points.Count == 0) return null;
        var curve = plot.Add.Scatter(points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
        curve.LegendText = name;
        curve.LineWidth = 2;
        curve.MarkerSize = points.Count == 1 ? 8 : 0;
        return curve;
    }
}
