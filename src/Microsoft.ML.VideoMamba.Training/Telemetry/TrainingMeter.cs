using System.Diagnostics.Metrics;

namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>What trainings of this process measure, for services that collect <see cref="System.Diagnostics.Metrics"/> (OpenTelemetry, dotnet-counters).</summary>
public static class TrainingMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Microsoft.ML.VideoMamba.Training";

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_clips = s_meter.CreateCounter<long>("videomamba.training.clips", "{clip}", "Clips learned from.");
    private static readonly Counter<long> s_epochs = s_meter.CreateCounter<long>("videomamba.training.epochs", "{epoch}", "Epochs finished.");
    private static readonly Histogram<double> s_step = s_meter.CreateHistogram<double>("videomamba.training.step.duration", "s", "Time of a step.");
    private static readonly Gauge<double> s_loss = s_meter.CreateGauge<double>("videomamba.training.loss", description: "Loss of the last step.");
    private static readonly Gauge<double> s_rate = s_meter.CreateGauge<double>("videomamba.training.learning_rate", description: "Learning rate of the last step.");
    private static readonly Gauge<double> s_norm = s_meter.CreateGauge<double>("videomamba.training.gradient_norm", description: "Norm of the last step's gradients, before clipping.");
    private static readonly Gauge<double> s_validationLoss = s_meter.CreateGauge<double>("videomamba.validation.loss", description: "Validation loss of the last epoch.");
    private static readonly Gauge<double> s_validationTop1 = s_meter.CreateGauge<double>("videomamba.validation.top1", description: "Validation accuracy of the last epoch.");

    internal static void Record(StepReport step, TimeSpan duration)
    {
        s_clips.Add(step.Clips);
        s_step.Record(duration.TotalSeconds);
        s_loss.Record(step.Loss);
        s_rate.Record(step.LearningRate);
        s_norm.Record(step.GradientNorm);
    }

    internal static void Record(EpochMetrics epoch)
    {
        s_epochs.Add(1);
        if (epoch.ValidationLoss is { } loss) s_validationLoss.Record(loss);
        if (epoch.ValidationTop1 is { } top1) s_validationTop1.Record(top1);
    }
}
