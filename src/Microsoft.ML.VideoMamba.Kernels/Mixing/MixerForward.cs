using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A mixer's forward pass over torch tensors, and the parts of it that the backward pass runs again.</summary>
internal sealed class MixerForward
{
    private readonly CudaMixer _mixer;
    private readonly MixerShape _shape;
    private readonly PackedMixer _packed;
    private readonly MixerWeights _weights;
    private readonly Device _device;
    private readonly ScalarType _type;

    public MixerForward(PackedMixer packed, MixerShape shape)
    {
        (_packed, _shape, _device, _type) = (packed, shape, packed.InProj.device, shape.Float32 ? ScalarType.Float32 : ScalarType.BFloat16);
        _mixer = new CudaMixer(CudaDevice.Of(packed.InProj), shape);
        _weights = MixerWeights.Of(packed);
    }

    /// <summary>The steps on the card.</summary>
    public CudaMixer Mixer => _mixer;

    /// <summary>The parameters' addresses.</summary>
    public MixerWeights Weights => _weights;

    /// <summary>Room in the activations' type.</summary>
    public Tensor Activations(params long[] shape) => empty(shape, _type, _device);

    /// <summary>Room for float32 numbers.</summary>
    public Tensor Numbers(params long[] shape) => empty(shape, ScalarType.Float32, _device);

    /// <summary>Mixes.</summary>
    /// <returns>The result, (batch, length, embed), and what the backward pass needs: the expanded input and the selection.</returns>
    public (Tensor Output, Tensor XZ, Tensor Selection) Run(Tensor hidden)
    {
        using var loan = CudaBlas.Borrow(_mixer.Device);
        var xz = Activations(_shape.Batch, _shape.Length, 2 * _shape.Inner);
        _mixer.Expand(loan.Blas, DeviceMemory.Address(hidden), _weights, DeviceMemory.Address(xz));
        using var u = Convolve(xz);
        var selection = Activations(_shape.Directions, _shape.Tokens, _shape.Selected);
        _mixer.Select(loan.Blas, DeviceMemory.Address(u), _weights, DeviceMemory.Address(selection));
        using var delta = StepSizes(loan.Blas, selection);
        using var y = Scan(u, delta, xz, selection, kept: null);
        var output = Activations(_shape.Batch, _shape.Length, _shape.Embed);
        _mixer.Project(loan.Blas, DeviceMemory.Address(y), _weights, DeviceMemory.Address(output));
        GC.KeepAlive(_packed);
        return (output, xz, selection);
    }

    /// <summary>The convolved inputs, (directions, tokens, inner).</summary>
    public Tensor Convolve(Tensor xz)
    {
        var u = Activations(_shape.Directions, _shape.Tokens, _shape.Inner);
        _mixer.Convolve(DeviceMemory.Address(xz), _weights, DeviceMemory.Address(u));
        return u;
    }

    /// <summary>The step sizes before bias and softplus, (directions, tokens, inner).</summary>
    public Tensor StepSizes(CudaBlas blas, Tensor selection)
    {
        var delta = Activations(_shape.Directions, _shape.Tokens, _shape.Inner);
        _mixer.StepSizes(blas, DeviceMemory.Address(selection), _weights, DeviceMemory.Address(delta));
        return delta;
    }

    /// <summary>The gated outputs, (tokens, directions, inner); <paramref name="kept"/>, where given, receives the states that the backward pass starts from.</summary>
    public Tensor Scan(Tensor u, Tensor delta, Tensor xz, Tensor selection, Tensor? kept)
    {
        var y = Activations(_shape.Tokens, _shape.Directions, _shape.Inner);
        bool chunked = _mixer.Chunks > 1;
        using var states = chunked ? Numbers(_shape.Directions, _shape.Batch, _mixer.Chunks, CudaScan.States, _shape.Inner) : null;
        using var sums = chunked ? Numbers(_shape.Directions, _shape.Batch, _mixer.Chunks, _shape.Inner) : null;
        var buffers = new MixerBuffers(
            DeviceMemory.Address(xz), DeviceMemory.Address(u), DeviceMemory.Address(selection), DeviceMemory.Address(delta), DeviceMemory.Address(y),
            DeviceMemory.Address(states), DeviceMemory.Address(sums));
        _mixer.RunScan(buffers, _weights, DeviceMemory.Address(kept));
        return y;
    }
}
