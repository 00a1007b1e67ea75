using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>Runs a model over a set of clips, a batch at a time.</summary>
public static class ClipScorer
{
    /// <summary>What a model says of each clip, seen as in evaluation.</summary>
    /// <param name="model">The model; it is left in evaluation mode.</param>
    /// <param name="clips">The clips.</param>
    /// <param name="options">Batch size, workers and failure policy; a clip that cannot be read is left out, unless failures are thrown.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>In the order of the set.</returns>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    public static IReadOnlyList<ClipOutput> Score(VideoMambaModel model, ITrainingSet clips, TrainingOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(options);
        using var uploader = clips.HasFrames && FrameUploader.Takes(model.Device) ? BatchUploads.Create(model, options) : null;
        return Score(model, new BatchLoader(clips, new ClipPreparation(model.Config), options, uploader), cancellation);
    }

    internal static IReadOnlyList<ClipOutput> Score(VideoMambaModel model, BatchLoader loader, CancellationToken cancellation)
    {
        model.eval();
        using var noGradients = no_grad();
        var outputs = new List<ClipOutput>();
        foreach (var batch in loader.Evaluation(cancellation))
        {
            using (batch)
            {
                using var scope = NewDisposeScope();
                float[] values = model.forward(batch.Clips.On(model.Config.InputShape(), model.Device)).cpu().data<float>().ToArray();
                int width = values.Length / batch.Count;
                for (int i = 0; i < batch.Count; i++) outputs.Add(new ClipOutput(batch.Indices[i], batch.Labels[i], values[(i * width)..((i + 1) * width)]));
            }
        }

        return outputs;
    }

    /// <summary>The shape of one clip, or of one image for an image model.</summary>
    internal static long[] InputShape(this VideoMambaConfig config) =>
        config.IsVideo ? [config.Channels, config.Frames, config.Height, config.Width] : [config.Channels, config.Height, config.Width];
}
