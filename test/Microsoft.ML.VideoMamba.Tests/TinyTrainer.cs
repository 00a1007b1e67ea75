using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>Options of a network so small that it learns the colours of <see cref="TinyClips"/> in a second or two.</summary>
internal static class TinyTrainer
{
    public const int Size = 16;

    public static VideoMambaTrainer.Options Options(Action<VideoMambaTrainer.Options>? change = null)
    {
        var options = new VideoMambaTrainer.Options
        {
            Depth = 1,
            PatchSize = 8,
            Frames = TinyClips.Frames,
            ImageSize = Size,
            Epochs = 3,
            BatchSize = 4,
            LearningRate = 5e-3,
            LabelSmoothing = 0,
            ValidationFraction = 0.25,
            Device = "cpu",
        };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Clips in memory, shuffled so that no class comes first.</summary>
    public static IDataView Clips(MLContext ml, int perClass = 4) => ml.Data.LoadFromEnumerable(
        from i in Enumerable.Range(0, perClass)
        from label in Enumerable.Range(0, TinyClips.Classes.Count)
        select new LabeledClipRow { Label = TinyClips.Classes[label], Video = TinyClips.Make(label, i) });

    /// <summary>A model that classifies.</summary>
    public static TransformerChain<VideoMambaTransformer> Classifier(MLContext ml, IDataView? data = null, Action<VideoMambaTrainer.Options>? change = null) =>
        ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.VideoMamba(Options(change))).Fit(data ?? Clips(ml));
}
