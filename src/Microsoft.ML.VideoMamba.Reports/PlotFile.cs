using Microsoft.ML.VideoMamba.Video.Writing;
using ScottPlot;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>Writes plots as PNG files, whole or not at all.</summary>
internal static class PlotFile
{
    public static void Write(Plot plot, string path, int width, int height)
    {
        ReportFont.SetOn(plot);
        byte[] png = plot.GetImageBytes(width, height, ImageFormat.Png);
        AtomicFile.Write(path, stream => stream.Write(png));
    }
}
