namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>Where a trial stands.</summary>
public enum TrialState
{
    /// <summary>It is being trained, or was when the experiment was stopped: resuming goes on with it.</summary>
    Running,

    /// <summary>It may be trained on later.</summary>
    Paused,

    /// <summary>It was not worth more epochs.</summary>
    Dropped,

    /// <summary>It was trained to its end.</summary>
    Finished,

    /// <summary>Something went wrong.</summary>
    Failed,
}
