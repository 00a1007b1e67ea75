namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>How well numbers are met.</summary>
/// <param name="Clips">Clips counted.</param>
/// <param name="MeanSquaredError">Mean of (prediction - target)^2.</param>
/// <param name="MeanAbsoluteError">Mean of |prediction - target|.</param>
public sealed record RegressionMetrics(int Clips, double MeanSquaredError, double MeanAbsoluteError)
{
    /// <summary>Part of the targets' variance that the predictions explain, at most 1 (R squared). Of targets that are all alike 1 if they are met, else 0.</summary>
    public double RSquared { get; init; }

    /// <summary>Measures.</summary>
    /// <param name="predictions">Each clip's target and prediction.</param>
    /// <exception cref="ArgumentException">There is no clip.</exception>
    public static RegressionMetrics Of(IEnumerable<(double Target, double Prediction)> predictions)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        var pairs = predictions.ToList();
        if (pairs.Count == 0) throw new ArgumentException("There is no clip to measure.", nameof(predictions));
        double[] errors = [.. pairs.Select(pair => pair.Prediction - pair.Target)];
        double mean = pairs.Average(pair => pair.Target), variance = pairs.Average(pair => (pair.Target - mean) * (pair.Target - mean)), squared = errors.Average(error => error * error);
        return new RegressionMetrics(errors.Length, squared, errors.Average(Math.Abs)) { RSquared = variance > 0 ? 1 - squared / variance : squared > 0 ? 0 : 1 };
    }
}
