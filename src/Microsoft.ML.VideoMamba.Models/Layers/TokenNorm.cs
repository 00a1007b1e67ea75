using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>The norm ahead of each mixer and of the head, with the residual add that Add → Norm → Mixer puts in front of it.</summary>
public sealed class TokenNorm : nn.Module
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    private readonly double _epsilon;

    // Ahead of the base class, whose constructor calls torch.
    static TokenNorm() => TorchRuntime.EnsureLoaded();

    /// <summary>Creates a norm of scale 1 and, for <see cref="NormKind.Layer"/>, shift 0.</summary>
    /// <param name="kind">Root-mean-square norm or layer norm.</param>
    /// <param name="width">Size of the last axis.</param>
    /// <param name="epsilon">Added inside the root.</param>
    /// <param name="device">Where the parameters live; null for main memory.</param>
    public TokenNorm(NormKind kind, int width, double epsilon, Device? device = null)
        : base(nameof(TokenNorm))
    {
        _weight = ones(width, device: device).ToParameter();
        if (kind == NormKind.Layer) _bias = zeros(width, device: device).ToParameter();
        _epsilon = epsilon;
        RegisterComponents();
    }

    /// <summary>Added inside the root.</summary>
    internal double Epsilon => _epsilon;

    /// <summary>What it learnt.</summary>
    internal NormParameters Parameters() => new(_weight, _bias);

    /// <summary>Adds and norms.</summary>
    /// <param name="x">(…, width), any floating type.</param>
    /// <param name="residual">Added first, of the same shape, or null.</param>
    /// <returns>The normed sum in <paramref name="x"/>'s type, and the sum in float32.</returns>
    public NormOutput Run(Tensor x, Tensor? residual) => _bias is null
        ? RmsNorm.Run(x, _weight.Wide(), residual, _epsilon)
        : Kernels.Normalization.LayerNorm.Run(x, _weight.Wide(), _bias.Wide(), residual, _epsilon);
}
