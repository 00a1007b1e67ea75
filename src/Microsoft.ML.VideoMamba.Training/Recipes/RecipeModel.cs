using Microsoft.ML.VideoMamba.Models;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>The network of a recipe.</summary>
public sealed record RecipeModel
{
    /// <summary>A preset's name: <c>tiny</c>, <c>small</c>, <c>middle</c> or <c>base</c>.</summary>
    public string Arch { get; init; } = "tiny";

    /// <summary>Layers; null for the preset's.</summary>
    public int? Depth { get; init; }

    /// <summary>Frames of a clip; null for an image network.</summary>
    public int? Frames { get; init; } = 8;

    /// <summary>Frames that a token spans.</summary>
    public int Tubelet { get; init; } = 1;

    /// <summary>Side of a frame in pixels.</summary>
    public int Size { get; init; } = 224;

    /// <summary>Side of a patch in pixels.</summary>
    public int Patch { get; init; } = 16;

    /// <summary>The order in which tokens are walked.</summary>
    public ScanOrder ScanOrder { get; init; }

    /// <summary>How the step sizes' projection starts where weights are random.</summary>
    public DtInitialization DtInitialization { get; init; }

    /// <summary>Drop path rate of the last layer, in [0, 1).</summary>
    public double DropPath { get; init; }

    /// <summary>Dropout ahead of the head, in [0, 1).</summary>
    public double HeadDropout { get; init; }

    /// <summary>The first layers whose activations are computed again in the backward pass.</summary>
    public int CheckpointedLayers { get; init; }

    /// <summary>The network's configuration.</summary>
    /// <param name="classes">Outputs of the head.</param>
    /// <exception cref="ArgumentException">There is no such preset, or a value is out of its range.</exception>
    public VideoMambaConfig ToConfig(int classes)
    {
        if (!VideoMambaConfig.Presets.TryGetValue(Arch, out var preset)) throw new ArgumentException($"{nameof(Arch)} must be one of {string.Join(", ", VideoMambaConfig.Presets.Keys)}; it is '{Arch}'.");
        var config = preset with
        {
            Depth = Depth ?? preset.Depth,
            IsVideo = Frames is not null,
            Frames = Frames ?? 1,
            Tubelet = Tubelet,
            Height = Size,
            Width = Size,
            PatchSize = Patch,
            Classes = classes,
            ScanOrder = ScanOrder,
            DtInitialization = DtInitialization,
            DropPath = DropPath,
            HeadDropout = HeadDropout,
            CheckpointedLayers = CheckpointedLayers,
        };
        config.Validate();
        return config;
    }
}
