using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>Clips so small that a network so small learns them in a second: each class is a colour under noise.</summary>
internal static class ToyClips
{
    public const int Classes = 3, Side = 16, Frames = 4;

    public static VideoMambaConfig Config { get; } = new() { EmbedDim = 32, Depth = 2, Frames = Frames, Tubelet = 2, Height = Side, Width = Side, PatchSize = 8, Classes = Classes };

    public static TrainingOptions Options { get; } = new()
    {
        Epochs = 6,
        BatchSize = 4,
        LearningRate = 5e-3,
        LabelSmoothing = 0,
        Augmentation = new ClipAugmentation { Brightness = 0, Contrast = 0 },
        ValidationFraction = 0.25,
        Workers = 2,
    };

    /// <summary>A clip of a class; the seed makes its noise.</summary>
    public static VideoClip Clip(int label, int seed, int frames = Frames, int side = Side)
    {
        var random = new Random(SeedMix.Of(label, seed));
        byte[] Frame() => [.. Enumerable.Range(0, side * side * 3).Select(i => (byte)((i % 3 == label ? 150 : 30) + random.Next(80)))];
        return new VideoClip($"clip {label}-{seed}", side, side, [.. Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)Frame())]);
    }

    /// <summary>So many clips of each class, in turn.</summary>
    public static ClipList Set(int perClass = 8, int classes = Classes) => new([.. Pairs(perClass, classes)]);

    /// <inheritdoc cref="Set"/>
    public static IEnumerable<(VideoClip Clip, TrainingLabel Label)> Pairs(int perClass, int classes) =>
        from seed in Enumerable.Range(0, perClass) from label in Enumerable.Range(0, classes) select (Clip(label, seed), TrainingLabel.OfClass(label));

    /// <summary>Clips whose number is how red they are.</summary>
    public static ClipList Numbers(int count = 24) => new([.. Enumerable.Range(0, count).Select(i => (Redness(i, count), TrainingLabel.OfValue(100 + 20f * i / count)))]);

    private static VideoClip Redness(int i, int count)
    {
        byte[] frame = [.. Enumerable.Range(0, Side * Side * 3).Select(k => (byte)(k % 3 == 0 ? 255 * i / count : 100))];
        return new VideoClip($"clip {i}", Side, Side, [.. Enumerable.Repeat((ReadOnlyMemory<byte>)frame, Frames)]);
    }
}
