namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>How well numbers are met.</summary>
/// <param name="Clips">Clips counted.</param>
/// <param name="MeanSquaredError">Mean of (prediction - target)^2.</param>
/// <param name="MeanAbsoluteError">Mean of |prediction - target|.</param>
public sealed record RegressionMetrics(int Clips, double MeanSquaredError, double MeanAbsoluteError)
{
    /// <summary>Measures.</summary>
    /// <param name="predictions">Each clip's target and prediction.</param>
    /// <exception cref="ArgumentException">There is no clip.</exception>
    public static RegressionMetrics Of(IEnumerable<(double Target, double Prediction)> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        double[] errors = [.. predictions.Select(pair => pair.Prediction - pair.Target)];
        if (errors.Length == 0) throw new ArgumentException("There is no clip to measure.", nameof(predictions));
        return new RegressionMetrics(errors.Length, errors.Average(error => error * error), errors.Average(Math.Abs));
    }
}
