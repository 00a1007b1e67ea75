using Microsoft.ML.VideoMamba.Kernels.Projection;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>Cuts clips or images into patches and maps each linearly to a token: a convolution whose kernel spans one patch, then its bias, no norm.</summary>
/// <remarks>
/// The weights are a convolution's, as in the checkpoints (3-D for clips, 2-D for images), but the patches are gathered as rows of one matrix product: tokens
/// then lie channels-last at once, and overlapping patches (stride below the patch size) need no second path.
/// </remarks>
public sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")]
    private readonly Convolution _proj;

    private readonly VideoMambaConfig _config;

    // Ahead of the base class, whose constructor calls torch.
    static PatchEmbedding() => TorchRuntime.EnsureLoaded();

    /// <summary>Creates the embedding with torch's own start for convolutions.</summary>
    /// <param name="config">Patch size, tubelet, stride and widths.</param>
    /// <param name="device">Where the parameters live; null for main memory.</param>
    public PatchEmbedding(VideoMambaConfig config, Device? device = null)
        : base(nameof(PatchEmbedding))
    {
        _config = config;
        long patch = config.PatchSize, stride = config.Stride ?? patch, tubelet = config.Tubelet;
        _proj = config.IsVideo
            ? nn.Conv3d(config.Channels, config.EmbedDim, (tubelet, patch, patch), (tubelet, patch, patch), device: device)
            : nn.Conv2d(config.Channels, config.EmbedDim, patch, stride, device: device);
        RegisterComponents();
    }

    /// <summary>The convolution's weight, (embed_dim, channels[, tubelet], patch, patch).</summary>
    internal Parameter Weight => _proj.weight;

    /// <summary>The convolution's bias, (embed_dim).</summary>
    internal Parameter Bias => _proj.bias!;

    /// <summary>Embeds.</summary>
    /// <param name="clips">(batch, channels, frames, height, width) or, for an image model, (batch, channels, height, width).</param>
    /// <returns>(batch, temporal positions · patches, embed_dim) in the weights' type: frame by frame, each row by row.</returns>
    public override Tensor forward(Tensor clips)
    {
        using var scope = NewDisposeScope();
        long patch = _config.PatchSize, stride = _config.Stride ?? patch;
        var type = _proj.weight.dtype;
        var frames = _config.IsVideo ? clips : clips.unsqueeze(2);

        // (batch, channels, positions, rows, columns, tubelet, patch, patch); frames and pixels that fill no patch are left out.
        var patches = frames.As(type).unfold(2, _config.Tubelet, _config.Tubelet).unfold(3, patch, stride).unfold(4, patch, stride);
        var rows = patches.permute(0, 2, 3, 4, 1, 5, 6, 7).flatten(4).flatten(1, 3);
        return LinearProjection.Run(rows, _proj.weight.flatten(1), _proj.bias!.As(type)).MoveToOuterDisposeScope();
    }
}
