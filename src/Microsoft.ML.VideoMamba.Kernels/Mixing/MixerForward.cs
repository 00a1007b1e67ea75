using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A mixer's forward pass over torch tensors, and its steps, which the backward pass runs again.</summary>
internal sealed class MixerForward
{
    private readonly CudaMixer _mixer;
    private readonly MixerShape _shape;
    private readonly PackedMixer _packed;
    private readonly MixerWeights _weights;
    private readonly Device _device;
    private readonly ScalarType _type;

    /// <param name="packed">The parameters.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="againChunk"><see cref="CudaMixer.AgainChunk"/> of a batch that this is a part of; null for its own.</param>
    public MixerForward(PackedMixer packed, MixerShape shape, int? againChunk = null)
    {
        (_packed, _shape, _device, _type) = (packed, shape, packed.InProj.device, shape.Float32 ? ScalarType.Float32 : ScalarType.BFloat16);
        _mixer = new CudaMixer(CudaDevice.Of(packed.InProj), shape, MixerLayout.Apart(shape), againChunk);
        _weights = MixerWeights.Of(packed);
    }

    /// <summary>The steps on the card.</summary>
    public CudaMixer Mixer => _mixer;

    /// <summary>The parameters' addresses.</summary>
    public MixerWeights Weights => _weights;

    /// <summary>The activations' type.</summary>
    public ScalarType Type => _type;

    /// <summary>Room in the activations' type.</summary>
    public Tensor Activations(params long[] shape) => empty(shape, _type, _device);

    /// <summary>Room for float32 numbers.</summary>
    public Tensor Numbers(params long[] shape) => empty(shape, ScalarType.Float32, _device);

    /// <summary>Mixes.</summary>
    public MixerPass Run(Tensor hidden)
    {
        using var loan = CudaBlas.Borrow(_mixer.Device);
        var xz = Expand(loan.Blas, hidden);
        using var u = RoomForConvolved();
        var selection = ConvolveAndSelect(loan.Blas, xz, u);
        using var delta = StepSizes(loan.Blas, selection);
        using var y = Activations(_shape.Tokens, _shape.Directions, _shape.Inner);
        var states = _mixer.AgainChunks > 1 ? Numbers(_shape.Directions, _shape.Batch, _mixer.AgainChunks, CudaScan.States, _shape.Inner) : null;
        using var sums = _mixer.Chunks > 1 ? Numbers(_shape.Directions, _shape.Batch, _mixer.Chunks, _shape.Inner) : null;
        using var between = states is null && _mixer.PiecesRoom > 0 ? Numbers(_mixer.PiecesRoom) : null;
        var buffers = Buffers(u, delta, xz, selection, states) with { Y = DeviceMemory.Address(y), Sums = DeviceMemory.Address(sums), Between = DeviceMemory.Address(between) };
        int outputs = _mixer.RunScan(buffers, _weights, marks: _mixer.Chunks > 1 ? 0 : DeviceMemory.Address(states));
        var output = Activations(_shape.Batch, _shape.Length, _shape.Embed);
        _mixer.Project(loan.Blas, DeviceMemory.Address(y), outputs, _weights, DeviceMemory.Address(output));
        GC.KeepAlive((_packed, hidden));
        return new MixerPass(output, new MixerKept(xz, selection, states));
    }

    /// <summary>The expanded input, (batch, length, 2 inner).</summary>
    public Tensor Expand(CudaBlas blas, Tensor hidden)
    {
        var xz = Activations(_shape.Batch, _shape.Length, 2 * _shape.Inner);
        _mixer.Expand(blas, DeviceMemory.Address(hidden), _weights, DeviceMemory.Address(xz));
        return xz;
    }

    /// <summary>Room for the convolved inputs, (directions, tokens, inner).</summary>
    public Tensor RoomForConvolved() => Activations(_shape.Directions, _shape.Tokens, _shape.Inner);

    /// <summary>Fills the convolved inputs.</summary>
    public void Convolve(Tensor xz, Tensor u) => _mixer.Convolve(DeviceMemory.Address(xz), _weights, DeviceMemory.Address(u));

    /// <summary>Fills them and gives the selection, (directions, tokens, Selected).</summary>
    public Tensor ConvolveAndSelect(CudaBlas blas, Tensor xz, Tensor u)
    {
        var selection = Activations(_shape.Directions, _shape.Tokens, _shape.Selected);
        _mixer.ConvolveAndSelect(blas, DeviceMemory.Address(xz), _weights, DeviceMemory.Address(u), DeviceMemory.Address(selection));
        return selection;
    }

    /// <summary>The step sizes before bias and softplus, (directions, tokens, inner).</summary>
    public Tensor StepSizes(CudaBlas blas, Tensor selection)
    {
        var delta = Activations(_shape.Directions, _shape.Tokens, _shape.Inner);
        _mixer.StepSizes(blas, DeviceMemory.Address(selection), _weights, DeviceMemory.Address(delta));
        return delta;
    }

    /// <summary>The states that the backward scan starts from, (directions, batch, kept, N, inner).</summary>
    public Tensor KeepStates(Tensor u, Tensor delta, Tensor xz, Tensor selection, Tensor? firstStates)
    {
        var kept = Activations(_shape.Directions, _shape.Batch, CudaScan.KeptStates(_shape.Length), CudaScan.States, _shape.Inner);
        _mixer.KeepStates(Buffers(u, delta, xz, selection, firstStates), _weights, DeviceMemory.Address(kept));
        return kept;
    }

    private static MixerBuffers Buffers(Tensor u, Tensor delta, Tensor xz, Tensor selection, Tensor? states) => new(
        DeviceMemory.Address(xz), DeviceMemory.Address(u), DeviceMemory.Address(selection), DeviceMemory.Address(delta), Y: 0, DeviceMemory.Address(states), Sums: 0, Between: 0);
}
