using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Objectives;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Transforms;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>Shows a person what a network learns from.</summary>
public static class BatchPreview
{
    /// <summary>The first batch of an epoch, prepared as a training with these options prepares it: the same clips, frames, draws and mixtures.</summary>
    /// <param name="set">What is learned from.</param>
    /// <param name="config">The network's shape.</param>
    /// <param name="options">Batch size, augmentation, seed and what happens to clips that cannot be read.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="failed">Told of each clip that was asked for and could not be read, unless <paramref name="options"/> make it an error.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="VideoException">A clip cannot be read, or none can.</exception>
    public static IReadOnlyList<SeenClip> FirstBatch(ITrainingSet set, VideoMambaConfig config, TrainingOptions options, int epoch = 1, Action<VideoException>? failed = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(epoch, 1);
        options.Validate();
        var loader = new BatchLoader(set, new ClipPreparation(config, options.Augmentation), options);
        foreach (var batch in loader.Training(epoch, cancellation))
        {
            using (batch)
            {
                foreach (var failure in loader.Failures) failed?.Invoke(failure);
                float[] pixels = Mixed(batch, config, options, epoch);
                int length = pixels.Length / batch.Count;
                return [.. Enumerable.Range(0, batch.Count).Select(i => new SeenClip(batch.Names[i], batch.Labels[i], Denormalized(batch.Names[i], pixels.AsSpan(i * length, length), config)))];
            }
        }

        throw loader.Failures.FirstOrDefault() ?? new VideoException("the set", "open", "it holds no clip");
    }

    private static float[] Mixed(Batch batch, VideoMambaConfig config, TrainingOptions options, int epoch)
    {
        if (options.Mixing is null) return ((PooledClips)batch.Clips).Pixels.ToArray();
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var (clips, _) = new ClassificationObjective(options).Prepare(config, CPU, batch, epoch);
        // Submodels see the same clips twice.
        return clips.narrow(0, 0, batch.Count).data<float>().ToArray();
    }

    private static VideoClip Denormalized(string name, ReadOnlySpan<float> input, VideoMambaConfig config)
    {
        int plane = config.Height * config.Width;
        var frames = new ReadOnlyMemory<byte>[config.Frames];
        for (int t = 0; t < frames.Length; t++)
        {
            byte[] frame = new byte[3 * plane];
            for (int channel = 0; channel < 3; channel++)
            {
                float mean = PixelNormalization.ImageNet.Mean[channel], deviation = PixelNormalization.ImageNet.Deviation[channel];
                var values = input.Slice((channel * frames.Length + t) * plane, plane);
                for (int i = 0; i < plane; i++) frame[3 * i + channel] = (byte)Math.Clamp(Math.Round((values[i] * deviation + mean) * 255), 0, 255);
            }

            frames[t] = frame;
        }

        return new VideoClip(name, config.Height, config.Width, frames);
    }
}
