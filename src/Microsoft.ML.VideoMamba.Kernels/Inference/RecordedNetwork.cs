using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Embedding;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>
/// A network for scoring on a CUDA device: its weights prepared once, its whole forward pass for one batch size recorded as a CUDA graph and replayed without an
/// allocation and without torch's dispatcher. Walks tokens in spatial-first order.
/// </summary>
/// <remarks>Safe to call from several threads: they take turns. Later changes of the parameters are not seen.</remarks>
public sealed class RecordedNetwork : IDisposable
{
    private const int Threads = 256;

    /// <summary>What cuBLAS may use on Hopper for its fastest products.</summary>
    private const long WorkspaceBytes = 32 << 20;

    private readonly Lock _turn = new();
    private readonly List<Tensor> _owned = [];
    private readonly NetworkParameters _parameters;
    private readonly CudaDevice _device;
    private readonly CudaMixer _mixer;
    private readonly MixerShape _shape;
    private readonly CudaNorm _norm;
    private readonly CudaGraph _graph;
    private readonly NetworkBuffers _buffers;
    private readonly Tensor _patchWeight;
    private readonly Tensor? _headWeight, _headBias;
    private readonly List<(PackedMixer Packed, MixerWeights Weights)> _layers;
    private readonly CudaPatches _patches;
    private readonly CudaKernel<RepeatRowArguments> _repeat;
    private readonly nint _workspace;

    /// <summary>Prepares the weights and records the pass.</summary>
    /// <param name="parameters">What the network learnt, on one CUDA device; copied.</param>
    /// <param name="batch">Clips of a call, from 1 up.</param>
    /// <param name="activations">float32 or bfloat16.</param>
    /// <exception cref="ArgumentException"><see cref="Problem"/> names one.</exception>
    public RecordedNetwork(NetworkParameters parameters, int batch, ScalarType activations)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        if (Problem(parameters, activations) is { } problem) throw new ArgumentException(problem, nameof(parameters));
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        (Batch, Activations) = (batch, activations);
        _parameters = parameters with
        {
            Positions = Own(parameters.Positions.detach().to_type(ScalarType.Float32).clone()),
            Layers = [.. parameters.Layers.Select(layer => (Own(layer.Norm), layer.Mixer))],
            FinalNorm = Own(parameters.FinalNorm),
        };
        _device = CudaDevice.Of(parameters.Positions);
        bool float32 = activations == ScalarType.Float32;
        _patchWeight = Own(parameters.PatchWeight.detach().to_type(activations).clone());
        _headWeight = parameters.HeadWeight is { } head ? Own(head.detach().to_type(activations).clone()) : null;
        _headBias = parameters.HeadBias is { } bias ? Own(bias.detach().to_type(ScalarType.Float32).clone()) : null;
        var first = InType(parameters.Layers[0].Mixer, activations);
        int tokens = (int)parameters.Positions.shape[0], embed = (int)parameters.Positions.shape[1];
        _shape = new MixerShape(
            batch, tokens, embed, (int)first.OutProj.shape[1], first.Forward.Rank, (int)first.Forward.ConvWeight.shape[1], first.Reverse is null ? 1 : 2, float32);
        _mixer = new CudaMixer(_device, _shape);
        _norm = CudaNorm.Get(_device, embed, float32, parameters.FinalNorm.Bias is not null);
        _layers = [.. parameters.Layers.Select(layer => PackedMixer.Pack(_device, InType(layer.Mixer, activations), _shape)).Select(packed => (packed, MixerWeights.Of(packed)))];
        foreach (var (packed, _) in _layers) _owned.AddRange(packed.ToList().Select(tensor => tensor.DetachFromDisposeScope()));
        _buffers = new NetworkBuffers(_shape, _mixer, parameters.Patches, _headWeight is null ? embed : (int)_headWeight.shape[0], parameters.Positions.device);
        foreach (var buffer in _buffers.Tensors) Own(buffer);
        _workspace = DeviceMemory.Address(Own(empty(WorkspaceBytes, ScalarType.Byte, parameters.Positions.device)));
        _patches = CudaPatches.Get(_device, parameters.Patches, float32);
        _repeat = _device.Kernel<RepeatRowArguments>(new KernelSource("repeat_row.cu"), "repeat_row");
        _graph = new CudaGraph(_device);
        RunOnce();
        _graph.Record(Queue);
        cuda.synchronize();
    }

    /// <summary>Clips of a call.</summary>
    public int Batch { get; }

    /// <summary>The activations' type.</summary>
    public ScalarType Activations { get; }

    /// <summary>Null where such a network can be recorded, else one line that says what is in the way.</summary>
    public static string? Problem(NetworkParameters parameters, ScalarType activations)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var positions = parameters.Positions;
        if (activations is not (ScalarType.Float32 or ScalarType.BFloat16)) return $"Activations are Float32 or BFloat16, not {activations}.";
        if (positions.device_type != TorchSharp.DeviceType.CUDA) return $"A network is recorded on a CUDA device; this one is on {positions.device}.";
        if (CudaSupport.Problem(positions.device_index) is { } problem) return problem;
        if (positions.shape[1] > CudaNorm.MostChannels) return $"Tokens of more than {CudaNorm.MostChannels} channels cannot be recorded; these have {positions.shape[1]}.";
        var odd = parameters.Layers.FirstOrDefault(layer => layer.Mixer.Forward.States != CudaScan.States || layer.Mixer.OutProj.shape[1] % 8 != 0);
        return odd.Mixer is null ? null : $"Only mixers with d_state {CudaScan.States} and d_inner a multiple of 8 can be recorded; this one has {odd.Mixer.Forward.States} and {odd.Mixer.OutProj.shape[1]}.";
    }

    /// <summary>Scores clips.</summary>
    /// <param name="clips">
    /// <see cref="Batch"/> clips of normalised pixels, (batch, colours, frames, height, width), or (batch, colours, height, width) for images; float32 or bfloat16, on
    /// the network's device.
    /// </param>
    /// <returns>Logits, (batch, classes), float32; normed class tokens where there is no head. A copy: the next call leaves it as it is.</returns>
    /// <exception cref="ArgumentException">Shape, type or device do not fit.</exception>
    public Tensor Run(Tensor clips)
    {
        Check(clips);
        using var scope = NewDisposeScope();
        var dense = clips.contiguous();
        lock (_turn)
        {
            _graph.Replay(() => Gather(dense));
            return _buffers.Logits.clone().MoveToOuterDisposeScope();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _graph.Dispose();
        foreach (var tensor in _owned) tensor.Dispose();
        _owned.Clear();
    }

    private Tensor Own(Tensor tensor)
    {
        _owned.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    private NormParameters Own(NormParameters norm) => new(
        Own(norm.Weight.detach().to_type(ScalarType.Float32).clone()), norm.Bias is { } bias ? Own(bias.detach().to_type(ScalarType.Float32).clone()) : null);

    /// <summary>Compiles, loads and tunes everything that the recording will hold.</summary>
    private void RunOnce()
    {
        using var scope = NewDisposeScope();
        var grid = _parameters.Patches;
        var nothing = zeros([Batch, grid.Colours, grid.Frames, grid.Height, grid.Width], ScalarType.Float32, _parameters.Positions.device);
        _graph.Replay(() =>
        {
            Gather(nothing);
            Queue();
        });
        cuda.synchronize();
    }

    private void Gather(Tensor clips) => _patches.Gather(clips, _buffers.Patches, _graph.Stream);

    /// <summary>Queues all behind the gathering of patches.</summary>
    private void Queue()
    {
        nint stream = _graph.Stream;
        using var loan = CudaBlas.Borrow(_device, stream);
        var blas = loan.Blas;
        blas.UseWorkspace(_workspace, WorkspaceBytes);
        EmbedPatches(blas);
        for (int i = 0; i < _layers.Count; i++)
        {
            bool last = i == _layers.Count - 1;
            var weights = _layers[i].Weights;
            Norm(_parameters.Layers[i].Norm, first: i == 0, stream);
            _mixer.Expand(blas, _buffers.Hidden, weights, _buffers.Mixer.XZ);
            _mixer.Convolve(_buffers.Mixer.XZ, weights, _buffers.Mixer.U, stream);
            _mixer.Select(blas, _buffers.Mixer.U, weights, _buffers.Mixer.Selection);
            _mixer.StepSizes(blas, _buffers.Mixer.Selection, weights, _buffers.Mixer.Delta);
            _mixer.RunScan(_buffers.Mixer, weights, stream: stream);
            if (last) ProjectClassTokens(blas, weights);
            else _mixer.Project(blas, _buffers.Mixer.Y, weights, _buffers.Hidden);
        }

        NormClassTokens(stream);
        Score(blas, stream);
    }

    /// <summary>Embeds into rows 1 and on of each clip; row 0 stays zero, the class token comes with the positions.</summary>
    private void EmbedPatches(CudaBlas blas)
    {
        int positions = _parameters.Patches.Positions, pixels = _parameters.Patches.PatchSize;
        Fill(0, _buffers.Embedded, (long)_shape.Tokens * _shape.Embed * _buffers.ElementSize / sizeof(float), 1);
        blas.Multiply(
            _mixer.Matrix(_buffers.Patches, pixels, (long)positions * pixels), _mixer.Matrix(DeviceMemory.Address(_patchWeight), pixels).T,
            _mixer.Matrix(_buffers.Embedded, _shape.Embed, (long)_shape.Length * _shape.Embed).From(_shape.Embed), positions, _shape.Embed, pixels, Batch);
    }

    private void Norm(NormParameters norm, bool first, nint stream) => _norm.Forward(
        new NormForwardArguments
        {
            X = first ? _buffers.Embedded : _buffers.Hidden,
            Residual = first ? DeviceMemory.Address(_parameters.Positions) : _buffers.Stream,
            ResidualRows = first ? _shape.Length : _shape.Tokens,
            W = DeviceMemory.Address(norm.Weight),
            B = DeviceMemory.Address(norm.Bias),
            Y = _buffers.Hidden,
            S = _buffers.Stream,
            Rows = _shape.Tokens,
            XStep = 1,
            SStep = 1,
            RowsPerClip = 1,
            Epsilon = (float)_parameters.NormEpsilon,
        },
        stream);

    private void ProjectClassTokens(CudaBlas blas, in MixerWeights weights)
    {
        int row = _shape.Directions * _shape.Inner;
        blas.Multiply(
            _mixer.Matrix(_buffers.Mixer.Y, _shape.Length * row), _mixer.Matrix(weights.OutProjTwice, row).T, _mixer.Matrix(_buffers.Hidden, _shape.Embed), Batch, _shape.Embed, row);
    }

    private void NormClassTokens(nint stream) => _norm.Forward(
        new NormForwardArguments
        {
            X = _buffers.Hidden,
            Residual = _buffers.Stream,
            ResidualRows = _shape.Tokens,
            W = DeviceMemory.Address(_parameters.FinalNorm.Weight),
            B = DeviceMemory.Address(_parameters.FinalNorm.Bias),
            Y = _buffers.ClassTokens,
            Rows = Batch,
            XStep = 1,
            SStep = _shape.Length,
            RowsPerClip = 1,
            Epsilon = (float)_parameters.NormEpsilon,
        },
        stream);

    private void Score(CudaBlas blas, nint stream)
    {
        nint logits = DeviceMemory.Address(_buffers.Logits);
        int classes = (int)_buffers.Logits.shape[1];
        Fill(DeviceMemory.Address(_headBias), logits, (long)Batch * classes, classes, stream);
        var result = new Matrix(logits, classes, Float32: true);
        var weight = _headWeight ?? _buffers.Identity;
        blas.Multiply(_mixer.Matrix(_buffers.ClassTokens, _shape.Embed), _mixer.Matrix(DeviceMemory.Address(weight), _shape.Embed).T, result, Batch, classes, _shape.Embed, beta: 1);
    }

    private void Fill(nint row, nint to, long total, int width, nint? stream = null) => _repeat.Launch(
        new RepeatRowArguments { Row = row, To = to, Total = total, Width = width }, new Grid(Grid.Cover(total, Threads)), Threads, stream: stream ?? _graph.Stream);

    private void Check(Tensor clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var grid = _parameters.Patches;
        long[] wanted = [Batch, grid.Colours, grid.Frames, grid.Height, grid.Width];
        long[] shape = clips.shape.Length == 4 ? [.. clips.shape[..2], 1, .. clips.shape[2..]] : clips.shape;
        if (!shape.AsSpan().SequenceEqual(wanted)) throw new ArgumentException($"The clips must be ({string.Join(", ", wanted)}); they are ({string.Join(", ", clips.shape)}).", nameof(clips));
        if (clips.dtype is not (ScalarType.Float32 or ScalarType.BFloat16)) throw new ArgumentException($"The pixels must be Float32 or BFloat16; they are {clips.dtype}.", nameof(clips));
        if (clips.device_type != TorchSharp.DeviceType.CUDA || clips.device_index != _device.Index) throw new ArgumentException($"The pixels must be on cuda:{_device.Index}; they are on {clips.device}.", nameof(clips));
    }

    private static MixerParameters InType(MixerParameters mixer, ScalarType type)
    {
        Tensor Matrix(Tensor tensor) => tensor.detach().to_type(type).clone();
        Tensor Numbers(Tensor tensor) => tensor.detach().to_type(ScalarType.Float32).contiguous();
        MixDirection Direction(MixDirection of) => new(
            Numbers(of.ConvWeight), Numbers(of.ConvBias), Matrix(of.XProj), Matrix(of.DtProj), Numbers(of.DtBias), Numbers(of.ALog), Numbers(of.D));
        return new MixerParameters(Matrix(mixer.InProj), Matrix(mixer.OutProj), Direction(mixer.Forward), mixer.Reverse is null ? null : Direction(mixer.Reverse));
    }
}
