namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>Where a trial stands.</summary>
public enum TrialState
{
    /// <summary>It is being trained.</summary>
    Running,

    /// <summary>It was being trained when the experiment was stopped, or its time was over: resuming goes on with it.</summary>
    Stopped,

    /// <summary>It may be trained on later.</summary>
    Paused,

    /// <summary>It was not worth more epochs.</summary>
    Dropped,

    /// <summary>It was trained to its end.</summary>
    Finished,

    /// <summary>Something went wrong.</summary>
    Failed,
}
