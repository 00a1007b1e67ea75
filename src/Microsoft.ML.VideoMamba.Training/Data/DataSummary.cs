using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>What checked rows have in common, and which of them stand out.</summary>
public sealed class DataSummary
{
    /// <summary>Sums rows up.</summary>
    /// <param name="rows">Checked rows.</param>
    public DataSummary(IReadOnlyList<CheckedRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var readable = rows.Where(row => row.Info is not null).ToList();
        Rows = rows.Count;
        Failed = [.. rows.Where(row => row.Error is not null)];
        Damaged = [.. readable.Where(row => row.Info!.Damaged)];
        Repeated = [.. rows.GroupBy(row => row.Row.Path, StringComparer.Ordinal).SelectMany(same => same.Skip(1)).Select(row => row.Row)];
        Labels = rows.CountBy(row => row.Row.Label, StringComparer.Ordinal).OrderBy(label => Order(label.Key)).ThenBy(label => label.Key, StringComparer.Ordinal).ToList();
        Durations = Spread.Of(readable.Where(row => row.Info!.Duration > 0).Select(row => row.Info!.Duration));
        Frames = Spread.Of(readable.Select(row => (double)row.Info!.Frames));
        Sizes = readable.CountBy(row => $"{row.Info!.Width}x{row.Info.Height}").OrderByDescending(size => size.Value).ThenBy(size => size.Key, StringComparer.Ordinal).ToList();
    }

    /// <summary>Rows checked.</summary>
    public int Rows { get; }

    /// <summary>Rows that cannot be read.</summary>
    public IReadOnlyList<CheckedRow> Failed { get; }

    /// <summary>Rows whose video has places that the decoder skipped.</summary>
    public IReadOnlyList<CheckedRow> Damaged { get; }

    /// <summary>Rows whose path stood in a row before.</summary>
    public IReadOnlyList<DataRow> Repeated { get; }

    /// <summary>How many rows there are of each label, numbers by size and names in ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Labels { get; }

    /// <summary>Lengths in seconds of videos whose frame rate is known; null if there is none.</summary>
    public Spread? Durations { get; }

    /// <summary>Numbers of frames; null if nothing can be read.</summary>
    public Spread? Frames { get; }

    /// <summary>How many videos there are of each size, width x height as shown, the commonest first.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Sizes { get; }

    private static double Order(string label) => double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.PositiveInfinity;
}
