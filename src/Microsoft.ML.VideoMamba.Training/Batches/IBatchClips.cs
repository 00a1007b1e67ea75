using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>A batch's prepared clips, wherever they are. Disposing it gives their place to others.</summary>
internal interface IBatchClips : IDisposable
{
    /// <summary>The clips as a tensor.</summary>
    /// <param name="shape">Of one clip.</param>
    /// <param name="device">Where to.</param>
    /// <returns>(clips, shape), float32.</returns>
    Tensor On(ReadOnlySpan<long> shape, Device device);
}
