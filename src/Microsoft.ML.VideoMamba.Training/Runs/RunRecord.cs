namespace Microsoft.ML.VideoMamba.Training.Runs;

/// <summary>What a training's state says beside its tensors.</summary>
/// <param name="Settings">All that decides the losses: the network's shape, the options, the sets of clips.</param>
/// <param name="Steps">Steps done.</param>
/// <param name="Epochs">The finished epochs.</param>
/// <param name="Best">The best of them, counted from 1; 0 for none.</param>
internal sealed record RunRecord(IReadOnlyDictionary<string, string> Settings, int Steps, IReadOnlyList<EpochMetrics> Epochs, int Best)
{
    /// <summary>Of the format; another one is refused.</summary>
    public int Version { get; init; } = 1;
}
