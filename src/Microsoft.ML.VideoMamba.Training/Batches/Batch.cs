using System.Buffers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>Prepared clips in managed memory, and what they are. Disposing it gives the memory back to the pool.</summary>
internal sealed class Batch(int number, int clipLength, IReadOnlyList<TrainingLabel> labels, IReadOnlyList<int> indices, IReadOnlyList<string> names, float[] pixels) : IDisposable
{
    /// <summary>Its place in its epoch, from 0.</summary>
    public int Number => number;

    public int Count => labels.Count;

    public IReadOnlyList<TrainingLabel> Labels => labels;

    /// <summary>Each clip's place in its set.</summary>
    public IReadOnlyList<int> Indices => indices;

    public IReadOnlyList<string> Names => names;

    /// <summary>The clips one after another.</summary>
    public ReadOnlySpan<float> Pixels => pixels.AsSpan(0, Count * clipLength);

    /// <summary>The clips as a tensor.</summary>
    /// <param name="shape">Of one clip.</param>
    /// <param name="device">Where to.</param>
    public Tensor Clips(ReadOnlySpan<long> shape, Device device) =>
        tensor(pixels.AsMemory(0, Count * clipLength), [Count, .. shape], ScalarType.Float32).to(device);

    public void Dispose() => ArrayPool<float>.Shared.Return(pixels);
}
