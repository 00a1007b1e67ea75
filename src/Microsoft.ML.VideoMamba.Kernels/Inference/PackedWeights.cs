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
        Width = SimdRunner.PreferredWidth;
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

    public Panels Patch { get; }

    public IReadOnlyList<Layer> Layers { get; }

    public static IEnumerable<MixDirection> Directions(MixerParameters mixer) => mixer.Reverse is null ? [mixer.Forward] : [mixer.Forward, mixer.Reverse];

    private Panels Pack(Tensor weight)
    {
        var matrix = new MatrixView(weight).Transposed;
        var memory = Scratch.Keep(Panels.MostFloats(matrix, Width));
        _kept.Add(memory);
        return new Panels(matrix, Width, memory);
    }

    private Tensor Keep(Tensor parameter)
    {
        var tensor = parameter.detach().contiguous().DetachFromDisposeScope();
        _kept.Add(tensor);
        return tensor;
    }

    private NormParameters Keep(NormParameters norm) => new(Keep(norm.Weight), norm.Bias is null ? null : Keep(norm.Bias));

    private MixerParameters Keep(MixerParameters mixer) => MixerParameters.From([.. mixer.Tensors.Select(Keep)]);

    /// <summary>One layer's.</summary>
    /// <param name="InProj">in_proj.</param>
    /// <param name="XProj">x_proj of each direction.</param>
    /// <param name="OutProj">out_proj.</param>
    public sealed record Layer(Panels InProj, IReadOnlyList<Panels> XProj, Panels OutProj);
}
