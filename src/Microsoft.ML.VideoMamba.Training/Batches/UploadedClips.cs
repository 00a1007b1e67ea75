using Microsoft.ML.VideoMamba.Kernels.Frames;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>Clips that a card prepares itself, sent ahead of their use.</summary>
internal sealed class UploadedClips(SentClips sent) : IBatchClips
{
    public Tensor On(ReadOnlySpan<long> shape, Device device) => sent.Inputs().view([sent.Count, .. shape]);

    public void Dispose() => sent.Dispose();
}
