using Microsoft.ML.VideoMamba.Video.Writing;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>Writes plots as PNG files, whole or not at all.</summary>
internal static class PlotFile
{
    /// <summary>There is no half epoch.</summary>
    public static void CountEpochs(Plot plot) => plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };

    public static void Write(Plot plot, string path, int width, int height)
    {
        ReportFont.SetOn(plot);
        byte[] png = plot.GetImageBytes(width, height, ImageFormat.Png);
        AtomicFile.Write(path, stream => stream.Write(png));
    }
}
