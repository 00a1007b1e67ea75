using System.Globalization;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using ScottPlot;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A picture of a confusion matrix: a row for each class, shaded by the part of its clips, with counts where they fit.</summary>
public static class ConfusionChart
{
    private const int LargestSide = 2400, MostNumbered = 40, MostNamed = 120;

    /// <summary>Writes the picture as PNG. The file appears whole or not at all.</summary>
    /// <param name="path">The PNG file; one that exists is replaced.</param>
    /// <param name="confusion">The counts.</param>
    /// <param name="labels">A name for each class, in their order.</param>
    /// <exception cref="ArgumentException">The labels are not as many as the classes.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ConfusionMatrix confusion, IReadOnlyList<string> labels)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(confusion);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != confusion.Classes) throw new ArgumentException($"There are {confusion.Classes} classes; {labels.Count} labels were given.", nameof(labels));
        using var plot = new Plot();
        var map = plot.Add.Heatmap(Parts(confusion));
        map.Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        map.ManualRange = new ScottPlot.Range(0, 1);
        if (confusion.Classes <= MostNumbered) AddCounts(plot, confusion);
        NameAxes(plot, labels);
        int side = Math.Clamp(260 + 46 * confusion.Classes, 480, LargestSide);
        PlotFile.Write(plot, path, side, side);
    }

    private static double[,] Parts(ConfusionMatrix confusion)
    {
        var parts = new double[confusion.Classes, confusion.Classes];
        for (int actual = 0; actual < confusion.Classes; actual++)
        {
            int clips = Enumerable.Range(0, confusion.Classes).Sum(predicted => confusion[actual, predicted]);
            for (int predicted = 0; predicted < confusion.Classes && clips > 0; predicted++) parts[actual, predicted] = (double)confusion[actual, predicted] / clips;
        }

        return parts;
    }

    // The first row of a heat map is drawn on top, at the highest ordinate.
    private static void AddCounts(Plot plot, ConfusionMatrix confusion)
    {
        int last = confusion.Classes - 1;
        var parts = Parts(confusion);
        for (int actual = 0; actual <= last; actual++)
        {
            for (int predicted = 0; predicted <= last; predicted++)
            {
                if (confusion[actual, predicted] == 0) continue;
                var count = plot.Add.Text(confusion[actual, predicted].ToString(CultureInfo.InvariantCulture), predicted, last - actual);
                count.Alignment = Alignment.MiddleCenter;
                count.LabelFontColor = parts[actual, predicted] > 0.5 ? Colors.White : Colors.Black;
            }
        }
    }

    private static void NameAxes(Plot plot, IReadOnlyList<string> labels)
    {
        plot.XLabel("predicted");
        plot.YLabel("actual");
        if (labels.Count > MostNamed) return;
        double[] places = [.. Enumerable.Range(0, labels.Count).Select(place => (double)place)];
        plot.Axes.Bottom.SetTicks(places, [.. labels]);
        plot.Axes.Left.SetTicks(places, [.. labels.Reverse()]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 45;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
        plot.Axes.Bottom.MinimumSize = plot.Axes.Left.MinimumSize = 20 + 7 * labels.Max(label => label.Length);
        plot.Axes.Right.MinimumSize = 60;
        plot.Axes.SetLimits(-0.5, labels.Count - 0.5, -0.5, labels.Count - 0.5);
        plot.HideGrid();
    }
}
