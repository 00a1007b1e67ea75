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

    /// <summary>The type of the matrices.</summary>
    internal ScalarType Type => _mixer.Type;

    /// <summary>Whether tokens go through it as one operation.</summary>
    /// <param name="tokens">(batch, tokens, embed_dim), float32.</param>
    internal bool IsFused(Tensor tokens)
    {
        if (tokens.device_type != TorchSharp.DeviceType.CUDA || !_mixer.WalksInOrder) return false;
        using var scope = NewDisposeScope();
        var (norm, mixer) = Parameters();
        return FusedBlock.Takes(null, tokens, norm, mixer);
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="input">The stream and what is added to it.</param>
    /// <param name="recompute">Whether a backward pass keeps only the layer's inputs and runs it again: less memory, more time.</param>
    /// <param name="stream">Whether layers that run as one operation keep the stream or hand it on.</param>
    /// <returns>This layer's own result and the stream before it.</returns>
    public LayerOutput Run(BlockInput input, bool recompute = false, StreamHandover stream = default)
    {
        using var scope = NewDisposeScope();
        var output = RunFused(input, recompute, stream) ?? (recompute ? RecomputedBlock.Run(this, input.Dropped()) : RunSteps(input.Dropped()));
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>As one operation, where the layer and its input allow it: on a card.</summary>
    private LayerOutput? RunFused(BlockInput input, bool recompute, StreamHandover stream)
    {
        // The first layer's tokens are the stream itself: nothing is added to it yet.
        var (hidden, residual) = input.Residual is null ? (null, input.Hidden) : (input.Hidden, input.Residual);
        if (residual.device_type != TorchSharp.DeviceType.CUDA || !_mixer.WalksInOrder) return null;
        var (norm, mixer) = Parameters();
        if (!FusedBlock.Takes(hidden, residual, norm, mixer)) return null;
        var (output, sum) = FusedBlock.Run(hidden, residual, input.DropPath, norm, _norm.Epsilon, mixer, recompute, stream);
        return new LayerOutput(output, sum);
    }

    private LayerOutput RunSteps(BlockInput input)
    {
        var (normed, stream) = _norm.Run(input.Hidden, input.Residual);
        return new LayerOutput(_mixer.forward(normed), stream);
    }
}
