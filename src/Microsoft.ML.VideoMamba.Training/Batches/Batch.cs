namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>Prepared clips, and what they are. Disposing it gives their memory back.</summary>
internal sealed class Batch(int number, IReadOnlyList<TrainingLabel> labels, IReadOnlyList<int> indices, IReadOnlyList<string> names, IBatchClips clips) : IDisposable
{
    /// <summary>Its place in its epoch, from 0.</summary>
    public int Number => number;

    public int Count => labels.Count;

    public IReadOnlyList<TrainingLabel> Labels => labels;

    /// <summary>Each clip's place in its set.</summary>
    public IReadOnlyList<int> Indices => indices;

    public IReadOnlyList<string> Names => names;

    public IBatchClips Clips => clips;

    public void Dispose() => clips.Dispose();
}
