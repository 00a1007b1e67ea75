using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>How batches get to a card.</summary>
internal static class BatchUploads
{
    /// <summary>One that is learned from, one that waits, one that is on its way.</summary>
    private const int BatchesOnCard = 3;

    /// <summary>An uploader for a model's inputs, in the largest batches of a training.</summary>
    public static FrameUploader Create(VideoMambaModel model, TrainingOptions options)
    {
        var config = model.Config;
        int batch = options.BatchSize * (options.RepeatedAugmentation.KeepsLength ? 1 : options.RepeatedAugmentation.Repeats);
        return new FrameUploader(model.Device, (config.Frames, config.Height, config.Width), batch, NormalNoise.Table, BatchesOnCard);
    }
}
