using ScottPlot;
using SkiaSharp;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>The font of all pictures. It is carried along: a bare machine or container has none, and text would be left out without a word.</summary>
internal static class ReportFont
{
    public const string Name = "DejaVu Sans (bundled)";

    private static readonly Lazy<SKTypeface> s_typeface = new(Load);

    static ReportFont() => ScottPlot.Fonts.FontResolvers.Add(new Resolver());

    public static SKTypeface Typeface => s_typeface.Value;

    /// <summary>Makes a plot use the font, in one weight.</summary>
    public static void SetOn(Plot plot)
    {
        plot.Font.Set(Name);
        foreach (var axis in plot.Axes.GetAxes()) axis.Label.Bold = false;
        plot.Axes.Title.Label.Bold = false;
    }

    private static SKTypeface Load()
    {
        using var stream = typeof(ReportFont).Assembly.GetManifestResourceStream("DejaVuSans.ttf")!;
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data);
    }

    private sealed class Resolver : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => fontName == Name ? Typeface : null;

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Typeface : null;
    }
}
