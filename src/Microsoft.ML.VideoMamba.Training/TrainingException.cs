namespace Microsoft.ML.VideoMamba.Training;

/// <summary>A training cannot go on. What it had learned before is not lost.</summary>
public class TrainingException : Exception
{
    /// <summary>Says why.</summary>
    /// <param name="message">Why, and in which epoch and step.</param>
    /// <param name="bestSoFar">The best finished epoch, or null if there is none.</param>
    /// <param name="inner">The cause, or null.</param>
    public TrainingException(string message, TrainingResult? bestSoFar, Exception? inner = null)
        : base(message, inner) => BestSoFar = bestSoFar;

    /// <summary>The best finished epoch, or null if there is none. The caller disposes its model.</summary>
    public TrainingResult? BestSoFar { get; }
}
