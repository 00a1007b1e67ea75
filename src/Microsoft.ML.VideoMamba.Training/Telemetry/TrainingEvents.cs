namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>Numbers of what trainings log, for those who count or filter it.</summary>
public static class TrainingEvents
{
    /// <summary>A clip could not be read; the value <c>Reason</c> names it and says why. Each training says it once of each clip.</summary>
    public const int ClipFailed = 5;
}
