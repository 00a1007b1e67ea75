namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>The image recipes' schedule, asked step by step: all steps of an epoch have the epoch's rate.</summary>
/// <param name="epochs">The schedule.</param>
/// <param name="stepsOfEpoch">Steps of an epoch, at least 1.</param>
internal sealed class StepwiseEpochs(EpochCosine epochs, int stepsOfEpoch) : ISchedule
{
    public double At(int step) => epochs.TrainingRate(step / stepsOfEpoch);
}
