using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>A set whose reading is watched, and may fail.</summary>
/// <param name="clips">The set.</param>
/// <param name="read">Called ahead of each reading, with the clip's index.</param>
internal sealed class ScriptedClips(ITrainingClips clips, Action<int>? read = null) : ITrainingClips
{
    public ConcurrentDictionary<int, int> Readings { get; } = new();

    public int Count => clips.Count;

    public static VideoException Unreadable(int index) => new($"clip {index}", "decode", "is damaged");

    public TrainingLabel LabelOf(int index) => clips.LabelOf(index);

    public VideoClip ReadClip(int index)
    {
        Readings.AddOrUpdate(index, 1, (_, count) => count + 1);
        read?.Invoke(index);
        return clips.ReadClip(index);
    }
}
