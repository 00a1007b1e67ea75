using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>Labels that are numbers to predict.</summary>
public static class RegressionTargets
{
    /// <summary>The number of each row.</summary>
    /// <param name="list">The list.</param>
    /// <returns>In the list's order.</returns>
    /// <exception cref="DataListException">Labels are no finite numbers.</exception>
    public static IReadOnlyList<TrainingLabel> Of(DataList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var labels = new List<TrainingLabel>(list.Rows.Count);
        var errors = new List<(int, string)>();
        foreach (var row in list.Rows)
        {
            if (float.TryParse(row.Label, NumberStyles.Float, CultureInfo.InvariantCulture, out float target) && float.IsFinite(target)) labels.Add(TrainingLabel.OfValue(target));
            else errors.Add((row.Line, $"the label must be a number; it is '{row.Label}'"));
        }

        return errors.Count == 0 ? labels : throw new DataListException(list.Source, errors);
    }
}
