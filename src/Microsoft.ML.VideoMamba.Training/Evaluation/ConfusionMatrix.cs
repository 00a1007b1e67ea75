namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>How often clips of one class are taken for another.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    /// <summary>Starts with no clip.</summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    public ConfusionMatrix(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        _counts = new int[classes, classes];
    }

    /// <summary>Number of classes.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>Clips of a class that were taken for a class.</summary>
    /// <param name="actual">The clips' class.</param>
    /// <param name="predicted">What they were taken for.</param>
    public int this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Counts a clip.</summary>
    /// <param name="actual">Its class.</param>
    /// <param name="predicted">What it was taken for.</param>
    public void Add(int actual, int predicted) => _counts[actual, predicted]++;

    /// <summary>Clips of a class.</summary>
    /// <param name="actual">The class.</param>
    public int ClipsOf(int actual) => Enumerable.Range(0, Classes).Sum(predicted => _counts[actual, predicted]);

    /// <summary>Part of a class's clips that were taken for it, in [0, 1]; null for a class without clips.</summary>
    /// <param name="actual">The class.</param>
    public double? RecallOf(int actual) => ClipsOf(actual) == 0 ? null : (double)_counts[actual, actual] / ClipsOf(actual);
}
