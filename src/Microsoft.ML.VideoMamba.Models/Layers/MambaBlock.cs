using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>One layer: Add → Norm → Mixer. The sum comes first so that it can be fused with the norm that reads it.</summary>
public sealed class MambaBlock : nn.Module
{
    [ComponentName(Name = "mixer")]
    private readonly MambaMixer _mixer;

    [ComponentName(Name = "norm")]
    private readonly TokenNorm _norm;

    // Ahead of the base class, whose constructor calls torch.
    static MambaBlock() => TorchRuntime.EnsureLoaded();

    /// <summary>Creates a layer; the arguments are the mixer's.</summary>
    /// <inheritdoc cref="MambaMixer(VideoMambaConfig, ScanOrder, TemporalFirstPermutation, Device?)"/>
    public MambaBlock(VideoMambaConfig config, ScanOrder order, TemporalFirstPermutation permutation, Device? device = null)
        : base(nameof(MambaBlock))
    {
        _mixer = new MambaMixer(config, order, permutation, device);
        _norm = new TokenNorm(config.Norm, config.EmbedDim, config.NormEpsilon, device);
        RegisterComponents();
    }

    /// <summary>What it learnt.</summary>
    internal (NormParameters Norm, MixerParameters Mixer) Parameters() => (_norm.Parameters(), _mixer.Parameters());

    /// <summary>Runs the layer.</summary>
    /// <param name="hidden">The mixer's result of the layer before, or the embedded tokens; (batch, tokens, embed_dim).</param>
    /// <param name="residual">The stream before that result, float32, or null ahead of the first layer.</param>
    /// <returns>This layer's own result and the stream before it.</returns>
    public LayerOutput Run(Tensor hidden, Tensor? residual)
    {
        using var scope = NewDisposeScope();
        var (normed, stream) = _norm.Run(hidden, residual);
        return new LayerOutput(_mixer.forward(normed), stream).MoveToOuterDisposeScope();
    }
}
