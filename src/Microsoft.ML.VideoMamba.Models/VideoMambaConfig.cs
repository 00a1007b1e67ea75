namespace Microsoft.ML.VideoMamba.Models;

/// <summary>
/// Everything that shapes a VideoMamba network. Immutable: start from a preset and change what differs, <c>VideoMambaConfig.Tiny with { Frames = 16 }</c>.
/// </summary>
/// <remarks>Source: paper table 1 and section 3.2; the original's videomamba.py for images and videos. Sizes in pixels, counts from 1 up.</remarks>
public sealed record VideoMambaConfig
{
    /// <summary>VideoMamba-Ti: width 192, depth 24.</summary>
    public static VideoMambaConfig Tiny { get; } = new() { EmbedDim = 192, Depth = 24 };

    /// <summary>VideoMamba-S: width 384, depth 24.</summary>
    public static VideoMambaConfig Small { get; } = new() { EmbedDim = 384, Depth = 24 };

    /// <summary>VideoMamba-M: width 576, depth 32.</summary>
    public static VideoMambaConfig Middle { get; } = new() { EmbedDim = 576, Depth = 32 };

    /// <summary>VideoMamba-B: width 768, depth 24; published for images only.</summary>
    public static VideoMambaConfig Base { get; } = new() { EmbedDim = 768, Depth = 24 };

    /// <summary>The presets by the names that the tool and model files use.</summary>
    public static IReadOnlyDictionary<string, VideoMambaConfig> Presets { get; } = new Dictionary<string, VideoMambaConfig>(StringComparer.OrdinalIgnoreCase)
    {
        ["tiny"] = Tiny,
        ["small"] = Small,
        ["middle"] = Middle,
        ["base"] = Base,
    };

    /// <summary>Width of a token (embed_dim, d_model).</summary>
    public int EmbedDim { get; init; } = 192;

    /// <summary>Number of layers.</summary>
    public int Depth { get; init; } = 24;

    /// <summary>Whether the network takes clips; otherwise single images, without a temporal embedding and with a 2-D patch embedding.</summary>
    public bool IsVideo { get; init; } = true;

    /// <summary>Frames of a clip; 1 for images.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>Frames that one token spans (kernel size of the patch embedding along time). A remainder of frames is dropped.</summary>
    public int Tubelet { get; init; } = 1;

    /// <summary>Height of a frame.</summary>
    public int Height { get; init; } = 224;

    /// <summary>Width of a frame.</summary>
    public int Width { get; init; } = 224;

    /// <summary>Side of a square patch.</summary>
    public int PatchSize { get; init; } = 16;

    /// <summary>Step between patches, or null for <see cref="PatchSize"/>. Images only: the original's video model knows none.</summary>
    public int? Stride { get; init; }

    /// <summary>Colour channels.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Classes of the head; 0 for none (the logits then are the class token).</summary>
    public int Classes { get; init; } = 400;

    /// <summary>Size of a channel's state (d_state).</summary>
    public int StateSize { get; init; } = 16;

    /// <summary>Taps of the causal convolution (d_conv), 1 to 4.</summary>
    public int ConvWidth { get; init; } = 4;

    /// <summary>d_inner over <see cref="EmbedDim"/>.</summary>
    public int Expand { get; init; } = 2;

    /// <summary>Rank of the step sizes' projection (dt_rank), or null for EmbedDim / 16 rounded up.</summary>
    public int? DtRankOverride { get; init; }

    /// <summary>Whether each layer also scans from the end, with parameters of its own.</summary>
    public bool Bidirectional { get; init; } = true;

    /// <summary>The order in which tokens are walked.</summary>
    public ScanOrder ScanOrder { get; init; } = ScanOrder.SpatialFirst;

    /// <summary>Which norm is used everywhere.</summary>
    public NormKind Norm { get; init; } = NormKind.Rms;

    /// <summary>Added inside the norms' roots.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Drop path rate of the last layer; earlier ones rise linearly from 0. In [0, 1).</summary>
    public double DropPath { get; init; }

    /// <summary>Dropout ahead of the head (fc_drop_rate). In [0, 1).</summary>
    public double HeadDropout { get; init; }

    /// <summary>How the step sizes' projection starts.</summary>
    public DtInitialization DtInitialization { get; init; } = DtInitialization.Reference;

    /// <summary>The first layers whose activations are computed again in the backward pass instead of being kept: about a third more time on a CPU, a few percent on a CUDA device.</summary>
    public int CheckpointedLayers { get; init; }

    /// <summary>Channels inside a mixer (d_inner).</summary>
    public int InnerDim => Expand * EmbedDim;

    /// <summary>Rank of the step sizes' projection.</summary>
    public int DtRank => DtRankOverride ?? (EmbedDim + 15) / 16;

    /// <summary>Rows of patches in a frame.</summary>
    public int GridHeight => (Height - PatchSize) / (Stride ?? PatchSize) + 1;

    /// <summary>Patches in a row.</summary>
    public int GridWidth => (Width - PatchSize) / (Stride ?? PatchSize) + 1;

    /// <summary>Patches of a frame.</summary>
    public int PatchesPerFrame => GridHeight * GridWidth;

    /// <summary>Positions along time: frames over tubelet, a remainder dropped.</summary>
    public int TemporalPositions => IsVideo ? Frames / Tubelet : 1;

    /// <summary>Tokens of a clip, the class token included.</summary>
    public int SequenceLength => 1 + TemporalPositions * PatchesPerFrame;

    /// <summary>The preset that this configuration's width and depth are of, or null.</summary>
    public string? PresetName => Presets.FirstOrDefault(preset => preset.Value.EmbedDim == EmbedDim && preset.Value.Depth == Depth).Key;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range or does not fit another; the message names it.</exception>
    public void Validate()
    {
        Require(EmbedDim >= 1, nameof(EmbedDim), EmbedDim, "must be at least 1");
        Require(Depth >= 1, nameof(Depth), Depth, "must be at least 1");
        Require(Tubelet >= 1, nameof(Tubelet), Tubelet, "must be at least 1");
        Require(IsVideo ? Frames >= Tubelet : Frames == 1 && Tubelet == 1, nameof(Frames), Frames, IsVideo ? $"must be at least the tubelet, {Tubelet}" : "must be 1, as must the tubelet, for an image model");
        Require(PatchSize >= 1, nameof(PatchSize), PatchSize, "must be at least 1");
        Require(Height >= PatchSize, nameof(Height), Height, $"must be at least the patch size, {PatchSize}");
        Require(Width >= PatchSize, nameof(Width), Width, $"must be at least the patch size, {PatchSize}");
        Require(Stride is null or >= 1, nameof(Stride), Stride, "must be at least 1");
        Require(!IsVideo || Stride is null || Stride == PatchSize, nameof(Stride), Stride, "must be the patch size for a video model");
        Require(Channels >= 1, nameof(Channels), Channels, "must be at least 1");
        Require(Classes >= 0, nameof(Classes), Classes, "must be at least 0");
        Require(StateSize >= 1, nameof(StateSize), StateSize, "must be at least 1");
        Require(ConvWidth is >= 1 and <= 4, nameof(ConvWidth), ConvWidth, "must be 1 to 4");
        Require(Expand >= 1, nameof(Expand), Expand, "must be at least 1");
        Require(DtRankOverride is null or >= 1, nameof(DtRankOverride), DtRankOverride, "must be at least 1");
        Require(Enum.IsDefined(ScanOrder), nameof(ScanOrder), ScanOrder, "is not an order");
        Require(ScanOrder != ScanOrder.SpatioTemporalV1 || InnerDim % 2 == 0, nameof(ScanOrder), ScanOrder, $"needs an even d_inner; it is {InnerDim}");
        Require(NormEpsilon > 0, nameof(NormEpsilon), NormEpsilon, "must be above 0");
        Require(DropPath is >= 0 and < 1, nameof(DropPath), DropPath, "must be in [0, 1)");
        Require(HeadDropout is >= 0 and < 1, nameof(HeadDropout), HeadDropout, "must be in [0, 1)");
        Require(CheckpointedLayers >= 0 && CheckpointedLayers <= Depth, nameof(CheckpointedLayers), CheckpointedLayers, $"must be 0 to the depth, {Depth}");
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} {rule}; it is {value}.", name);
    }
}
