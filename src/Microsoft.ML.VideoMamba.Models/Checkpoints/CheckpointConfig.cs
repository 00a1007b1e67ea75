using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>
/// Reads the configuration of a VideoMamba off its checkpoint: width, depth, state, convolution, patch, tubelet, frames, classes, norm, one or two directions,
/// image or video from the tensors' names and shapes; the rest from the file's own metadata, or from what the user says, or the original's defaults (square
/// frames, stride of a patch, spatial-first).
/// </summary>
public static class CheckpointConfig
{
    /// <summary>The configuration of a checkpoint.</summary>
    /// <param name="checkpoint">An open file.</param>
    /// <param name="overrides">What the user says of the file.</param>
    /// <exception cref="CheckpointException">
    /// It is not a VideoMamba, its tensors contradict each other or its metadata, or <paramref name="overrides"/> contradict either.
    /// </exception>
    public static VideoMambaConfig Read(Checkpoint checkpoint, ConfigOverrides? overrides = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        overrides ??= ConfigOverrides.None;
        if (CheckpointMetadata.ReadConfig(checkpoint) is not { } stored) return ConfigInference.Infer(checkpoint, overrides);

        RefuseContradiction(checkpoint, stored, overrides);
        var seen = ConfigInference.Infer(checkpoint, ConfigOverrides.Of(stored));
        var expected = stored with
        {
            DtRankOverride = seen.DtRankOverride,
            DropPath = seen.DropPath,
            HeadDropout = seen.HeadDropout,
            NormEpsilon = seen.NormEpsilon,
            DtInitialization = seen.DtInitialization,
            CheckpointedLayers = seen.CheckpointedLayers,
        };
        if (expected != seen || stored.DtRank != seen.DtRank) throw checkpoint.Refuse(CheckpointMetadata.ConfigKey, $"contradicts the tensors' shapes: it says {stored}, they say {seen}");
        return stored;
    }

    /// <summary>As <see cref="Read"/>, for files that may be something else.</summary>
    /// <param name="checkpoint">An open file.</param>
    /// <param name="config">The configuration, or null.</param>
    /// <param name="reason">Why there is none; empty where there is one.</param>
    public static bool TryRead(Checkpoint checkpoint, [NotNullWhen(true)] out VideoMambaConfig? config, out string reason)
    {
        try
        {
            config = Read(checkpoint);
            reason = "";
            return true;
        }
        catch (CheckpointException error)
        {
            config = null;
            reason = error.Message;
            return false;
        }
    }

    private static void RefuseContradiction(Checkpoint checkpoint, VideoMambaConfig stored, ConfigOverrides overrides)
    {
        Require("frames", overrides.Frames, stored.Frames);
        Require("height", overrides.Height, stored.Height);
        Require("width", overrides.Width, stored.Width);
        Require("stride", overrides.Stride, stored.Stride ?? stored.PatchSize);
        Require("scan order", overrides.ScanOrder, stored.ScanOrder);

        void Require<T>(string what, T? wanted, T own)
            where T : struct
        {
            if (wanted is { } value && !value.Equals(own)) throw checkpoint.Refuse(CheckpointMetadata.ConfigKey, $"its {what} is {own}, not {value}");
        }
    }
}
