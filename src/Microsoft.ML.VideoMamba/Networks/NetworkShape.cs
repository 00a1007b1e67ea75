using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>The shape of the network to train: what the options say, else what the vectors to learn from, the checkpoint or the preset say.</summary>
internal static class NetworkShape
{
    /// <summary>Checks what the options say by themselves.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public static void Check(VideoMambaTrainer.Options options)
    {
        if (options.Checkpoint is null) (Apply(Preset(options.Architecture ?? VideoMambaArchitecture.Tiny), options) with { Classes = 1 }).Validate();
    }

    /// <param name="options">The trainer's options.</param>
    /// <param name="feature">The column to learn from.</param>
    /// <param name="classes">Classes of the head.</param>
    /// <param name="checkpoint">The file to start from, or null.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or contradicts the checkpoint or the vectors.</exception>
    public static VideoMambaConfig Of(VideoMambaTrainer.Options options, DataViewSchema.Column feature, int classes, Checkpoint? checkpoint)
    {
        var start = checkpoint is null ? Preset(options.Architecture ?? VideoMambaArchitecture.Tiny) : OfCheckpoint(options, checkpoint);
        if (FeatureColumn.PixelsOf(feature) is { } pixels) start = OfPixels(start, options, feature, pixels);
        var config = Apply(start, options) with { Classes = classes };
        config.Validate();
        FeatureColumn.Check(feature, config.Frames, config.Height, config.Width);
        return config;
    }

    private static VideoMambaConfig Apply(VideoMambaConfig config, VideoMambaTrainer.Options options) => config with
    {
        Depth = options.Depth ?? config.Depth,
        PatchSize = options.PatchSize ?? config.PatchSize,
        Tubelet = options.Tubelet ?? config.Tubelet,
        Frames = options.Frames ?? config.Frames,
        Height = options.ImageSize ?? config.Height,
        Width = options.ImageSize ?? config.Width,
        ScanOrder = options.ScanOrder ?? config.ScanOrder,
        DtInitialization = options.DtInitialization,
        DropPath = options.DropPath,
        HeadDropout = options.HeadDropout,
        CheckpointedLayers = options.CheckpointedLayers,
    };

    private static VideoMambaConfig Preset(VideoMambaArchitecture architecture) => architecture switch
    {
        VideoMambaArchitecture.Tiny => VideoMambaConfig.Tiny,
        VideoMambaArchitecture.Small => VideoMambaConfig.Small,
        VideoMambaArchitecture.Middle => VideoMambaConfig.Middle,
        VideoMambaArchitecture.Base => VideoMambaConfig.Base,
        _ => throw new ArgumentOutOfRangeException(nameof(architecture), architecture, "Architecture must be Tiny, Small, Middle or Base."),
    };

    /// <summary>An image model becomes a video model of its size.</summary>
    private static VideoMambaConfig OfCheckpoint(VideoMambaTrainer.Options options, Checkpoint checkpoint)
    {
        var stored = CheckpointConfig.Read(checkpoint);
        if (options.Architecture is { } architecture && Preset(architecture).EmbedDim != stored.EmbedDim) throw Contradiction(nameof(options.Architecture), architecture, $"a network of width {stored.EmbedDim}");
        if (options.Depth is { } depth && depth != stored.Depth) throw Contradiction(nameof(options.Depth), depth, $"{stored.Depth} layers");
        if (options.PatchSize is { } patch && patch != stored.PatchSize) throw Contradiction(nameof(options.PatchSize), patch, $"patches of {stored.PatchSize}");
        if (stored.IsVideo && options.Tubelet is { } tubelet && tubelet != stored.Tubelet) throw Contradiction(nameof(options.Tubelet), tubelet, $"tokens of {stored.Tubelet} frames");
        return stored.IsVideo ? stored : stored with { IsVideo = true, Frames = VideoMambaConfig.Tiny.Frames, Stride = null };

        ArgumentException Contradiction(string option, object value, string own) =>
            new($"{option} is {value}, but {checkpoint.Path} holds {own}. Leave {option} out, or train without the checkpoint.", option);
    }

    /// <summary>Vectors say frames and size by their dimensions; flat ones must have as many numbers as the options' frames and size need.</summary>
    private static VideoMambaConfig OfPixels(VideoMambaConfig config, VideoMambaTrainer.Options options, DataViewSchema.Column feature, VectorDataViewType pixels)
    {
        if (pixels.Dimensions is [3, var frames, var height, var width]) return config with { Frames = frames, Height = height, Width = width };
        int picked = options.Frames ?? config.Frames, side = options.ImageSize ?? (int)Math.Sqrt(pixels.Size / (3.0 * picked));
        return 3L * picked * side * side == pixels.Size
            ? config with { Frames = picked, Height = side, Width = side }
            : throw new ArgumentException(
                $"Column '{feature.Name}' of type {pixels} is not (3, {picked}, H, H): set {nameof(options.Frames)} and {nameof(options.ImageSize)}, or make the vectors with ExtractVideoPixels.", nameof(feature));
    }
}
