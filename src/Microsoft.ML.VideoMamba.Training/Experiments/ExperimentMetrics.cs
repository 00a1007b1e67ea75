namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>The metrics' short names, values and directions.</summary>
public static class ExperimentMetrics
{
    private static readonly (string Name, ExperimentMetric Metric)[] s_names =
    [
        ("top1", ExperimentMetric.Top1), ("top5", ExperimentMetric.Top5), ("macro_accuracy", ExperimentMetric.MacroAccuracy), ("loss", ExperimentMetric.Loss),
        ("mse", ExperimentMetric.MeanSquaredError), ("mae", ExperimentMetric.MeanAbsoluteError), ("r2", ExperimentMetric.RSquared),
    ];

    /// <summary>All short names.</summary>
    public static IReadOnlyList<string> Names => [.. s_names.Select(named => named.Name)];

    /// <summary>A metric by its short name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is none; the message lists them.</exception>
    public static ExperimentMetric Find(string name)
    {
        int index = Array.FindIndex(s_names, named => named.Name == name);
        return index >= 0 ? s_names[index].Metric : throw new ArgumentException($"There is no metric '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
    }

    /// <summary>A metric's short name.</summary>
    /// <param name="metric">The metric.</param>
    public static string NameOf(ExperimentMetric metric) => s_names.First(named => named.Metric == metric).Name;

    /// <summary>The metric of a task unless another is asked for: accuracy, or the squared error.</summary>
    /// <param name="task">The task.</param>
    public static ExperimentMetric Default(TrainingTask task) => task == TrainingTask.Classification ? ExperimentMetric.Top1 : ExperimentMetric.MeanSquaredError;

    /// <summary>Whether less of a metric is better.</summary>
    /// <param name="metric">The metric.</param>
    public static bool LessIsBetter(ExperimentMetric metric) => metric is ExperimentMetric.Loss or ExperimentMetric.MeanSquaredError or ExperimentMetric.MeanAbsoluteError;

    /// <summary>Whether a metric can be measured of a task.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="task">The task.</param>
    public static bool Fits(ExperimentMetric metric, TrainingTask task) => metric switch
    {
        ExperimentMetric.Loss => true,
        ExperimentMetric.Top1 or ExperimentMetric.Top5 or ExperimentMetric.MacroAccuracy => task == TrainingTask.Classification,
        _ => task == TrainingTask.Regression,
    };

    /// <summary>A metric of an epoch that was validated.</summary>
    internal static double Of(ExperimentMetric metric, EpochMetrics epoch) => metric switch
    {
        ExperimentMetric.Top1 => epoch.Classes!.Top1,
        ExperimentMetric.Top5 => epoch.Classes!.Top5,
        ExperimentMetric.MacroAccuracy => epoch.Classes!.MacroAccuracy,
        ExperimentMetric.MeanAbsoluteError => epoch.Numbers!.MeanAbsoluteError,
        ExperimentMetric.RSquared => epoch.Numbers!.RSquared,
        _ => epoch.ValidationLoss!.Value,
    };

    /// <summary>An epoch that was validated as a score.</summary>
    internal static TrialScore Score(ExperimentMetric metric, EpochMetrics epoch) => Score(metric, Of(metric, epoch), epoch.ValidationLoss!.Value);

    /// <summary>A metric's value and the loss as a score.</summary>
    internal static TrialScore Score(ExperimentMetric metric, double value, double loss) => new(LessIsBetter(metric) ? -value : value, loss);
}
