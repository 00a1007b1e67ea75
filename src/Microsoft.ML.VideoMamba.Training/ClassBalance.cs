namespace Microsoft.ML.VideoMamba.Training;

/// <summary>Weights that make rare classes count as much as common ones.</summary>
public static class ClassBalance
{
    /// <summary>clips / (classes · clips of the class): the mean over all clips is 1. A class without clips gets 1.</summary>
    /// <param name="labels">The training clips' labels.</param>
    /// <param name="classes">Number of classes, at least 1.</param>
    /// <exception cref="ArgumentException">A label is no class.</exception>
    public static IReadOnlyList<double> Weights(IEnumerable<TrainingLabel> labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        int[] counts = new int[classes];
        foreach (var label in labels)
        {
            if ((uint)label.ClassIndex >= (uint)classes) throw new ArgumentException($"There is no class {label.ClassIndex} of {classes}.", nameof(labels));
            counts[label.ClassIndex]++;
        }

        int there = counts.Count(count => count > 0);
        return Array.ConvertAll(counts, count => count == 0 ? 1 : (double)counts.Sum() / (there * count));
    }
}
