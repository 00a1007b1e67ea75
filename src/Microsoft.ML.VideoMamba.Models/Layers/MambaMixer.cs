using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Projection;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>
/// The bidirectional Mamba layer: every token hears of those before it (forward direction) and after it (backward direction, with parameters of its own).
/// </summary>
/// <remarks>
/// <code>
/// x, z        = halves of in_proj hidden
/// u           = silu(conv1d x)                    per direction, causal from its own end
/// (dt, B, C)  = x_proj u
/// y           = scan(u, dt_proj.weight dt, -exp(A_log), B, C, D, gate z, bias dt_proj.bias, softplus)
/// hidden      = out_proj (y forward + y backward)
/// </code>
/// Source: paper figure 2 and section 3.1 (the block is Vision Mamba's). Parameter names are the published checkpoints'; those of the backward direction
/// carry <c>_b</c>. A_log, D, the convolution and dt_proj.bias are used in float32 whatever the weights' type.
/// </remarks>
public sealed class MambaMixer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "A_log")]
    private readonly Parameter _aLog;

    [ComponentName(Name = "D")]
    private readonly Parameter _d;

    [ComponentName(Name = "A_b_log")]
    private readonly Parameter? _aLogBackward;

    [ComponentName(Name = "D_b")]
    private readonly Parameter? _dBackward;

    [ComponentName(Name = "in_proj")]
    private readonly Linear _inProj;

    [ComponentName(Name = "conv1d")]
    private readonly Conv1d _conv;

    [ComponentName(Name = "x_proj")]
    private readonly Linear _xProj;

    [ComponentName(Name = "dt_proj")]
    private readonly Linear _dtProj;

    [ComponentName(Name = "conv1d_b")]
    private readonly Conv1d? _convBackward;

    [ComponentName(Name = "x_proj_b")]
    private readonly Linear? _xProjBackward;

    [ComponentName(Name = "dt_proj_b")]
    private readonly Linear? _dtProjBackward;

    [ComponentName(Name = "out_proj")]
    private readonly Linear _outProj;

    private readonly int _innerDim;
    private readonly ScanOrder _order;
    private readonly TemporalFirstPermutation _permutation;

    // Ahead of the base class, whose constructor calls torch.
    static MambaMixer() => TorchRuntime.EnsureLoaded();

    /// <summary>Creates a mixer with weights drawn as the configuration says (<see cref="DtInitialization"/>), seeded by <c>torch.manual_seed</c>.</summary>
    /// <param name="config">Widths, state size, directions and depth (which out_proj's start is scaled by).</param>
    /// <param name="order">
    /// How this layer walks the tokens: <see cref="ScanOrder.SpatialFirst"/>, <see cref="ScanOrder.TemporalFirst"/>, <see cref="ScanOrder.SpatioTemporalV1"/> or
    /// <see cref="ScanOrder.SpatioTemporalV2"/>.
    /// </param>
    /// <param name="permutation">The clip's temporal-first order; its owner disposes it.</param>
    /// <param name="device">Where the parameters live; null for main memory.</param>
    /// <exception cref="ArgumentException"><paramref name="order"/> is one that differs from layer to layer.</exception>
    public MambaMixer(VideoMambaConfig config, ScanOrder order, TemporalFirstPermutation permutation, Device? device = null)
        : base(nameof(MambaMixer))
    {
        if (order is not (ScanOrder.SpatialFirst or ScanOrder.TemporalFirst or ScanOrder.SpatioTemporalV1 or ScanOrder.SpatioTemporalV2))
        {
            throw new ArgumentException($"A single layer cannot walk in order {order}.", nameof(order));
        }

        (_innerDim, _order, _permutation) = (config.InnerDim, order, permutation);
        _aLog = InitialALog(config, device);
        _d = ones(_innerDim, device: device).ToParameter();
        _inProj = nn.Linear(config.EmbedDim, 2 * _innerDim, hasBias: false, device: device);
        _conv = Convolution();
        _xProj = Selection();
        _dtProj = StepSizes();
        if (config.Bidirectional)
        {
            _aLogBackward = InitialALog(config, device);
            _dBackward = ones(_innerDim, device: device).ToParameter();
            _convBackward = Convolution();
            _xProjBackward = Selection();
            _dtProjBackward = StepSizes();
        }

        _outProj = nn.Linear(_innerDim, config.EmbedDim, hasBias: false, device: device);
        RegisterComponents();
        Initialize(config);

        Conv1d Convolution() => nn.Conv1d(_innerDim, _innerDim, config.ConvWidth, groups: _innerDim, device: device);
        Linear Selection() => nn.Linear(_innerDim, config.DtRank + 2 * config.StateSize, hasBias: false, device: device);
        Linear StepSizes() => nn.Linear(config.DtRank, _innerDim, device: device);
    }

    /// <summary>Mixes the tokens.</summary>
    /// <param name="hidden">Normed tokens in spatial-first order, class token first, (batch, tokens, embed_dim).</param>
    /// <returns>(batch, tokens, embed_dim) in the type of in_proj's weight, spatial-first.</returns>
    /// <exception cref="ArgumentException">The order needs all of a clip's tokens and there is another number of them.</exception>
    public override Tensor forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var type = _inProj.weight.dtype;
        var tokens = hidden.As(type);
        var result = _order == ScanOrder.TemporalFirst ? _permutation.Undo(Run(_permutation.Apply(tokens))) : Run(tokens);
        return result.MoveToOuterDisposeScope();
    }

    private Tensor Run(Tensor tokens)
    {
        bool inOrder = _order is ScanOrder.SpatialFirst or ScanOrder.TemporalFirst, onCard = tokens.device_type == TorchSharp.DeviceType.CUDA;
        if (inOrder && onCard && Parameters() is var parameters && FusedMixer.Takes(tokens, parameters))
        {
            return FusedMixer.Run(tokens, parameters);
        }

        return LinearProjection.Run(Walk(LinearProjection.Run(tokens, _inProj.weight)), _outProj.weight.As(tokens.dtype));
    }

    /// <summary>The type of the matrices.</summary>
    internal ScalarType Type => _inProj.weight.dtype;

    /// <summary>Whether it walks the tokens as they come.</summary>
    internal bool WalksInOrder => _order == ScanOrder.SpatialFirst;

    /// <summary>What it learnt, the matrices in the type of in_proj's weight and the rest in float32.</summary>
    internal MixerParameters Parameters()
    {
        var type = _inProj.weight.dtype;
        return new MixerParameters(_inProj.weight, _outProj.weight.As(type), ForwardDirection(type), ReverseDirection(type));
    }

    private Tensor Walk(Tensor xz)
    {
        switch (_order)
        {
            case ScanOrder.SpatioTemporalV1:
                var halves = xz.chunk(4, -1);
                var mixed = Mix(cat([halves[0], _permutation.Apply(halves[1]), halves[2], _permutation.Apply(halves[3])], -1)).chunk(2, -1);
                return cat([mixed[0], _permutation.Undo(mixed[1])], -1);
            case ScanOrder.SpatioTemporalV2:
                return Mix(xz).Plus(_permutation.Undo(Mix(_permutation.Apply(xz))));
            default:
                return Mix(xz);
        }
    }

    // Both directions over (x | z), (batch, tokens, 2 d_inner), summed: (batch, tokens, d_inner).
    private Tensor Mix(Tensor xz)
    {
        using var scope = NewDisposeScope();
        return SelectiveMix.Run(xz, ForwardDirection(xz.dtype), ReverseDirection(xz.dtype)).MoveToOuterDisposeScope();
    }

    private MixDirection ForwardDirection(ScalarType type) => Direction(_conv, _xProj, _dtProj, _aLog, _d, type);

    private MixDirection? ReverseDirection(ScalarType type) =>
        _convBackward is null ? null : Direction(_convBackward, _xProjBackward!, _dtProjBackward!, _aLogBackward!, _dBackward!, type);

    private static MixDirection Direction(Conv1d conv, Linear xProj, Linear dtProj, Parameter aLog, Parameter d, ScalarType type) => new(
        conv.weight.squeeze(1).Wide(), conv.bias!.Wide(), xProj.weight.As(type), dtProj.weight.As(type),
        dtProj.bias!.Wide(), aLog.Wide(), d.Wide());

    private Parameter InitialALog(VideoMambaConfig config, Device? device) =>
        arange(1, config.StateSize + 1, ScalarType.Float32, device).log().repeat(_innerDim, 1).ToParameter();

    private void Initialize(VideoMambaConfig config)
    {
        using var grad = no_grad();
        foreach (var projection in new[] { _inProj, _xProj, _xProjBackward }.OfType<Linear>()) projection.weight.DrawNormal();
        foreach (var stepSizes in new[] { _dtProj, _dtProjBackward }.OfType<Linear>()) InitializeStepSizes(stepSizes, config);

        nn.init.kaiming_uniform_(_outProj.weight, Math.Sqrt(5));
        _outProj.weight.div_(Math.Sqrt(config.Depth));
    }

    private static void InitializeStepSizes(Linear dtProj, VideoMambaConfig config)
    {
        if (config.DtInitialization == DtInitialization.Reference)
        {
            dtProj.weight.DrawNormal();
            nn.init.zeros_(dtProj.bias);
            return;
        }

        const double MinimumStep = 0.001, MaximumStep = 0.1, Floor = 1e-4;
        double bound = Math.Pow(config.DtRank, -0.5);
        nn.init.uniform_(dtProj.weight, -bound, bound);
        using var scope = NewDisposeScope();
        var step = empty_like(dtProj.bias!).uniform_(Math.Log(MinimumStep), Math.Log(MaximumStep)).exp().clamp_min(Floor);
        dtProj.bias!.copy_(step + (-(-step).expm1()).log());
    }
}
