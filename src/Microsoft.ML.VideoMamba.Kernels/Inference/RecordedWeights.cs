using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>A network's weights as a recording reads them, copied and packed once; passes share them.</summary>
internal sealed class RecordedWeights : IDisposable
{
    private readonly List<Tensor> _owned = [];

    /// <param name="parameters">What the network learnt, on a CUDA device.</param>
    /// <param name="activations">float32 or bfloat16.</param>
    public RecordedWeights(NetworkParameters parameters, ScalarType activations)
    {
        using var scope = NewDisposeScope();
        (Device, Activations) = (CudaDevice.Of(parameters.Positions), activations);
        Parameters = parameters with
        {
            PatchWeight = Own(parameters.PatchWeight.detach().to_type(activations).clone()),
            Positions = Own(parameters.Positions.detach().to_type(ScalarType.Float32).clone()),
            Layers = [.. parameters.Layers.Select(layer => (Own(layer.Norm), layer.Mixer))],
            FinalNorm = Own(parameters.FinalNorm),
            HeadWeight = parameters.HeadWeight is { } head ? Own(head.detach().to_type(activations).clone()) : null,
            HeadBias = parameters.HeadBias is { } bias ? Own(bias.detach().to_type(ScalarType.Float32).clone()) : null,
        };
        var first = parameters.Layers[0].Mixer;
        OfOneClip = new MixerShape(
            Batch: 1, (int)parameters.Positions.shape[0], (int)parameters.Positions.shape[1], (int)first.OutProj.shape[1], first.Forward.Rank,
            (int)first.Forward.ConvWeight.shape[1], first.Reverse is null ? 1 : 2, activations == ScalarType.Float32);
        Layers = [.. parameters.Layers.Select(layer => Pack(layer.Mixer))];

        // Last, so that a card that has no room for all of it gets back what there was.
        foreach (var tensor in _owned) tensor.DetachFromDisposeScope();
    }

    /// <summary>The card.</summary>
    public CudaDevice Device { get; }

    /// <summary>The activations' type.</summary>
    public ScalarType Activations { get; }

    /// <summary>All but the mixers in the types that the kernels read.</summary>
    public NetworkParameters Parameters { get; }

    /// <summary>A mixer's sizes.</summary>
    public MixerShape OfOneClip { get; }

    /// <summary>The mixers.</summary>
    public IReadOnlyList<MixerWeights> Layers { get; }

    /// <summary>Scores of a clip, or channels of its class token where there is no head.</summary>
    public int Outputs => (int)(Parameters.HeadWeight?.shape[0] ?? OfOneClip.Embed);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _owned) tensor.Dispose();
        _owned.Clear();
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor);
        return tensor;
    }

    private NormParameters Own(NormParameters norm) => new(
        Own(norm.Weight.detach().to_type(ScalarType.Float32).clone()), norm.Bias is { } bias ? Own(bias.detach().to_type(ScalarType.Float32).clone()) : null);

    private MixerWeights Pack(MixerParameters mixer)
    {
        using var scope = NewDisposeScope();
        var packed = PackedMixer.Pack(Device, InType(mixer, Activations), OfOneClip);
        foreach (var tensor in packed.ToList()) Own(tensor.MoveToOuterDisposeScope());
        return MixerWeights.Of(packed);
    }

    private static MixerParameters InType(MixerParameters mixer, ScalarType type)
    {
        Tensor Matrix(Tensor tensor) => tensor.detach().to_type(type).clone();
        Tensor Numbers(Tensor tensor) => tensor.detach().to_type(ScalarType.Float32).contiguous();
        MixDirection Direction(MixDirection of) => new(
            Numbers(of.ConvWeight), Numbers(of.ConvBias), Matrix(of.XProj), Matrix(of.DtProj), Numbers(of.DtBias), Numbers(of.ALog), Numbers(of.D));

        // The expansion lies as MixerLayout.Shared says: z first.
        var halves = mixer.InProj.chunk(2);
        return new MixerParameters(Matrix(cat([halves[1], halves[0]])), Matrix(mixer.OutProj), Direction(mixer.Forward), mixer.Reverse is null ? null : Direction(mixer.Reverse));
    }
}
