using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>A network's matrices as the CPU's products read them, copied once instead of before each product; passes share them.</summary>
internal sealed class PackedWeights
{
    private readonly List<object> _kept = [];

    /// <param name="parameters">What the network learnt.</param>
    public PackedWeights(NetworkParameters parameters)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        (Width, Type) = (SimdRunner.PreferredWidth, parameters.Layers[0].Mixer.InProj.dtype);
        Parameters = parameters with
        {
            PatchWeight = Keep(parameters.PatchWeight),
            Positions = Keep(parameters.Positions),
            Layers = [.. parameters.Layers.Select(layer => (Keep(layer.Norm), Keep(layer.Mixer)))],
            HeadWeight = null,
            HeadBias = null,
        };
        Patch = Pack(Parameters.PatchWeight);
        Layers = [.. Parameters.Layers.Select(layer => new Layer(Pack(layer.Mixer.InProj), [.. Directions(layer.Mixer).Select(direction => Pack(direction.XProj))], Pack(layer.Mixer.OutProj)))];
    }

    public NetworkParameters Parameters { get; }

    public SimdWidth Width { get; }

    /// <summary>The activations' type: float32 or bfloat16.</summary>
    public ScalarType Type { get; }

    public IPackedMatrix Patch { get; }

    public IReadOnlyList<Layer> Layers { get; }

    public static IEnumerable<MixDirection> Directions(MixerParameters mixer) => mixer.Reverse is null ? [mixer.Forward] : [mixer.Forward, mixer.Reverse];

    private IPackedMatrix Pack(Tensor weight)
    {
        var matrix = new MatrixView(weight);
        bool single = Type == ScalarType.Float32;
        var memory = Scratch.Keep(single ? Panels.MostFloats(matrix.Transposed, Width) : PackedPairs.Floats(weight));
        _kept.Add(memory);
        return single ? new PackedSingles(matrix, Width, memory) : new PackedPairs(weight, Width, memory);
    }

    private Tensor Keep(Tensor parameter)
    {
        var tensor = parameter.detach().contiguous().DetachFromDisposeScope();
        _kept.Add(tensor);
        return tensor;
    }

    private NormParameters Keep(NormParameters norm) => new(KeepWide(norm.Weight), norm.Bias is null ? null : KeepWide(norm.Bias));

    private Tensor KeepWide(Tensor parameter) => Keep(parameter.to_type(ScalarType.Float32));

    private MixerParameters Keep(MixerParameters mixer) => MixerParameters.From([.. mixer.Tensors.Select(Keep)]);

    /// <summary>One layer's.</summary>
    /// <param name="InProj">in_proj.</param>
    /// <param name="XProj">x_proj of each direction.</param>
    /// <param name="OutProj">out_proj.</param>
    public sealed record Layer(IPackedMatrix InProj, IReadOnlyList<IPackedMatrix> XProj, IPackedMatrix OutProj);
}
