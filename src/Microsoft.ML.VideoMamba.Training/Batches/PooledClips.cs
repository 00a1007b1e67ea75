using System.Buffers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>Prepared clips in managed memory of the pool, one after another.</summary>
internal sealed class PooledClips(float[] pixels, int count, int clipLength) : IBatchClips
{
    public ReadOnlySpan<float> Pixels => pixels.AsSpan(0, count * clipLength);

    public Tensor On(ReadOnlySpan<long> shape, Device device) => tensor(pixels.AsMemory(0, count * clipLength), [count, .. shape], ScalarType.Float32).to(device);

    public void Dispose() => ArrayPool<float>.Shared.Return(pixels);
}
