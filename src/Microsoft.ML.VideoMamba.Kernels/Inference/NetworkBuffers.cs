using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>All memory of a recorded network's pass over the clips that run at a time, taken once. What is never alive at the same time shares a place.</summary>
internal sealed class NetworkBuffers
{
    private readonly Tensor _stream, _expansion, _u, _selection, _classTokens;
    private readonly Tensor? _states, _sums, _between;

    /// <summary>Takes the memory; its owner disposes <see cref="Tensors"/>.</summary>
    public NetworkBuffers(MixerShape shape, CudaMixer mixer, PatchGrid patches, int classes, Device device)
    {
        var type = shape.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;
        Tensor Activations(long rows, long columns) => empty([rows, columns], type, device);
        Tensor Numbers(params long[] sizes) => empty(sizes, ScalarType.Float32, device);
        long tokens = shape.Tokens, both = (long)shape.Directions * tokens, patchElements = (long)shape.Batch * patches.Positions * patches.PatchSize;
        var layout = MixerLayout.Shared(shape);
        _stream = Numbers(tokens, shape.Embed);

        // Embedded patches are gone before the expansion comes, patches and a mixer's input before u, and u before the mixer's result.
        _expansion = Activations(tokens, Math.Max(layout.ExpansionRow, shape.Embed));
        _u = Activations(1, Math.Max(Math.Max(both * shape.Inner, tokens * shape.Embed), patchElements));
        (_selection, _classTokens) = (Activations(both, shape.Selected), Activations(shape.Batch, shape.Embed));
        if (mixer.Chunks > 1)
        {
            _states = Numbers(shape.Directions, shape.Batch, mixer.Chunks, CudaScan.States, shape.Inner);
            _sums = Numbers(shape.Directions, shape.Batch, mixer.Chunks, shape.Inner);
        }

        if (mixer.PiecesRoom > 0) _between = Numbers(mixer.PiecesRoom);

        Logits = Numbers(shape.Batch, classes);
        Identity = eye(shape.Embed, dtype: type, device: device);
        ElementSize = (int)_u.ElementSize;
        nint outputs = DeviceMemory.Address(_expansion, layout.X);
        Mixer = new MixerBuffers(
            DeviceMemory.Address(_expansion), DeviceMemory.Address(_u), DeviceMemory.Address(_selection), Delta: outputs, Y: outputs,
            DeviceMemory.Address(_states), DeviceMemory.Address(_sums), DeviceMemory.Address(_between));
    }

    /// <summary>All of it.</summary>
    public IEnumerable<Tensor> Tensors =>
        new[] { _stream, _expansion, _u, _selection, _classTokens, _states, _sums, _between, Logits, Identity }.OfType<Tensor>();

    /// <summary>Bytes of an activation.</summary>
    public int ElementSize { get; }

    /// <summary>What lies between a mixer's steps.</summary>
    public MixerBuffers Mixer { get; }

    /// <summary>Patches as rows.</summary>
    public nint Patches => Mixer.U;

    /// <summary>Embedded patches, (batch, tokens, embed).</summary>
    public nint Embedded => Mixer.XZ;

    /// <summary>The residual stream, float32.</summary>
    public nint Stream => DeviceMemory.Address(_stream);

    /// <summary>Normed tokens on the way into a mixer, its result on the way out.</summary>
    public nint Hidden => Mixer.U;

    /// <summary>Normed class tokens.</summary>
    public nint ClassTokens => DeviceMemory.Address(_classTokens);

    /// <summary>Scores, (batch, classes), float32.</summary>
    public Tensor Logits { get; }

    /// <summary>In the place of a head's weight where there is none.</summary>
    public Tensor Identity { get; }
}
