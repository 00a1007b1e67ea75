using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>All memory of a recorded network's pass, taken once. What is never alive at the same time shares a place.</summary>
internal sealed class NetworkBuffers
{
    private readonly Tensor _stream, _hidden, _xz, _u, _selection, _delta, _y, _classTokens;
    private readonly Tensor? _states, _sums;

    /// <summary>Takes the memory; its owner disposes <see cref="Tensors"/>.</summary>
    public NetworkBuffers(MixerShape shape, CudaMixer mixer, PatchGrid patches, int outputs, Device device)
    {
        var type = shape.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;
        Tensor Activations(long rows, long columns) => empty([rows, columns], type, device);
        Tensor Numbers(params long[] sizes) => empty(sizes, ScalarType.Float32, device);
        long tokens = shape.Tokens, both = (long)shape.Directions * tokens, patchElements = (long)shape.Batch * patches.Positions * patches.PatchSize;
        (_stream, _hidden, _xz) = (Numbers(tokens, shape.Embed), Activations(tokens, shape.Embed), Activations(tokens, 2L * shape.Inner));

        // Patches and the embedded ones are gone before u and delta come.
        _u = Activations(1, Math.Max(both * shape.Inner, patchElements));
        _delta = Activations(1, Math.Max(both * shape.Inner, tokens * shape.Embed));
        (_selection, _y, _classTokens) = (Activations(both, shape.Selected), Activations(tokens, shape.Directions * (long)shape.Inner), Activations(shape.Batch, shape.Embed));
        if (mixer.Chunks > 1)
        {
            _states = Numbers(shape.Directions, shape.Batch, mixer.Chunks, CudaScan.States, shape.Inner);
            _sums = Numbers(shape.Directions, shape.Batch, mixer.Chunks, shape.Inner);
        }

        Logits = Numbers(shape.Batch, outputs);
        Identity = eye(shape.Embed, dtype: type, device: device);
        ElementSize = (int)_hidden.ElementSize;
        Mixer = new MixerBuffers(
            DeviceMemory.Address(_xz), DeviceMemory.Address(_u), DeviceMemory.Address(_selection), DeviceMemory.Address(_delta), DeviceMemory.Address(_y),
            DeviceMemory.Address(_states), DeviceMemory.Address(_sums));
    }

    /// <summary>All of it.</summary>
    public IEnumerable<Tensor> Tensors =>
        new[] { _stream, _hidden, _xz, _u, _selection, _delta, _y, _classTokens, _states, _sums, Logits, Identity }.OfType<Tensor>();

    /// <summary>Bytes of an activation.</summary>
    public int ElementSize { get; }

    /// <summary>What lies between a mixer's steps.</summary>
    public MixerBuffers Mixer { get; }

    /// <summary>Patches as rows.</summary>
    public nint Patches => Mixer.U;

    /// <summary>Embedded patches, (batch, tokens, embed).</summary>
    public nint Embedded => Mixer.Delta;

    /// <summary>The residual stream, float32.</summary>
    public nint Stream => DeviceMemory.Address(_stream);

    /// <summary>Normed tokens on the way into a mixer, its result on the way out.</summary>
    public nint Hidden => DeviceMemory.Address(_hidden);

    /// <summary>Normed class tokens.</summary>
    public nint ClassTokens => DeviceMemory.Address(_classTokens);

    /// <summary>Scores, (batch, classes), float32.</summary>
    public Tensor Logits { get; }

    /// <summary>In the place of a head's weight where there is none.</summary>
    public Tensor Identity { get; }
}
