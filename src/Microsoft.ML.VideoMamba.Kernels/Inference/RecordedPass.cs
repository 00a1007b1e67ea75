using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Embedding;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>A network's pass over some clips on a card, from pixels to scores: buffers and kernels of its own, launches to whatever stream, no allocation.</summary>
internal sealed class RecordedPass : IDisposable
{
    private readonly RecordedWeights _weights;
    private readonly MixerShape _shape;
    private readonly CudaMixer _mixer;
    private readonly CudaNorm _norm;
    private readonly NetworkBuffers _buffers;
    private readonly Tensor _workspace;
    private readonly CudaPatches _patches;
    private readonly CudaKernel<RepeatRowArguments> _repeat;

    /// <summary>Takes the memory.</summary>
    /// <param name="weights">The network; outlives this.</param>
    /// <param name="clips">Clips of a pass.</param>
    /// <param name="workspaceBytes">What cuBLAS may work in.</param>
    public RecordedPass(RecordedWeights weights, int clips, long workspaceBytes)
    {
        using var scope = NewDisposeScope();
        (_weights, _shape) = (weights, weights.OfOneClip with { Batch = clips });
        _mixer = new CudaMixer(weights.Device, _shape, MixerLayout.Shared(_shape));
        _norm = CudaNorm.Get(weights.Device, _shape.Embed, _shape.Float32, Parameters.FinalNorm.Bias is not null);
        _repeat = RepeatedRow.Kernel(weights.Device);
        _buffers = new NetworkBuffers(_shape, _mixer, Parameters.Patches, weights.Outputs, Parameters.Positions.device);
        _workspace = empty(workspaceBytes, ScalarType.Byte, Parameters.Positions.device);
        _patches = CudaPatches.Get(weights.Device, Parameters.Patches, _shape.Float32);
        _patches.Prepare();
        _workspace.DetachFromDisposeScope();
        foreach (var buffer in _buffers.Tensors) buffer.DetachFromDisposeScope();
    }

    /// <summary>What a pass puts out, (clips, outputs), float32.</summary>
    public Tensor Logits => _buffers.Logits;

    private NetworkParameters Parameters => _weights.Parameters;

    private long PatchElements => (long)_shape.Batch * Parameters.Patches.Positions * Parameters.Patches.PatchSize;

    /// <summary>Patches of nothing.</summary>
    public void ClearPatches(nint stream) => _repeat.Fill(0, _buffers.Patches, PatchElements * _buffers.ElementSize / sizeof(float), 1, stream);

    /// <summary>Gathers the patches of the clips that run next.</summary>
    /// <param name="clips">All, dense.</param>
    /// <param name="first">The first that runs.</param>
    /// <param name="stream">Where to queue.</param>
    public void Gather(Tensor clips, int first, nint stream) => _patches.Gather(clips, first, _shape.Batch, _buffers.Patches, stream);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers.Tensors) buffer.Dispose();
        _workspace.Dispose();
    }

    /// <summary>Queues all behind the gathering of patches.</summary>
    /// <param name="blas">For the products. While launches are recorded none can be made: the caller borrows it before.</param>
    /// <param name="stream">Where to queue.</param>
    public void Queue(CudaBlas blas, nint stream)
    {
        blas.UseStream(stream);
        blas.UseWorkspace(DeviceMemory.Address(_workspace), _workspace.NumberOfElements);
        EmbedPatches(blas, stream);
        for (int i = 0; i < _weights.Layers.Count; i++)
        {
            bool last = i == _weights.Layers.Count - 1;
            var weights = _weights.Layers[i];
            Norm(Parameters.Layers[i].Norm, first: i == 0, stream);
            _mixer.Expand(blas, _buffers.Hidden, weights, _buffers.Mixer.XZ);
            _mixer.ConvolveAndSelect(blas, _buffers.Mixer.XZ, weights, _buffers.Mixer.U, _buffers.Mixer.Selection, stream);
            _mixer.StepSizes(blas, _buffers.Mixer.Selection, weights, _buffers.Mixer.Delta);
            int outputs = _mixer.RunScan(_buffers.Mixer, weights, stream: stream);
            if (last) _mixer.ProjectFirst(blas, _buffers.Mixer.Y, outputs, weights, _buffers.Hidden);
            else _mixer.Project(blas, _buffers.Mixer.Y, outputs, weights, _buffers.Hidden);
        }

        NormClassTokens(stream);
        Score(blas, stream);
    }

    /// <summary>Embeds into rows 1 and on of each clip; row 0 stays zero, the class token comes with the positions.</summary>
    private void EmbedPatches(CudaBlas blas, nint stream)
    {
        int positions = Parameters.Patches.Positions, pixels = Parameters.Patches.PatchSize;
        _repeat.Fill(0, _buffers.Embedded, (long)_shape.Tokens * _shape.Embed * _buffers.ElementSize / sizeof(float), 1, stream);
        blas.Multiply(
            _mixer.Matrix(_buffers.Patches, pixels, (long)positions * pixels), _mixer.Matrix(DeviceMemory.Address(Parameters.PatchWeight), pixels).T,
            _mixer.Matrix(_buffers.Embedded, _shape.Embed, (long)_shape.Length * _shape.Embed).From(_shape.Embed), positions, _shape.Embed, pixels, _shape.Batch);
    }

    private void Norm(NormParameters norm, bool first, nint stream) => _norm.Forward(
        new NormForwardArguments
        {
            X = first ? _buffers.Embedded : _buffers.Hidden,
            Residual = first ? DeviceMemory.Address(Parameters.Positions) : _buffers.Stream,
            ResidualRows = first ? _shape.Length : _shape.Tokens,
            W = DeviceMemory.Address(norm.Weight),
            B = DeviceMemory.Address(norm.Bias),
            Y = _buffers.Hidden,
            S = _buffers.Stream,
            Rows = _shape.Tokens,
            XStep = 1,
            SStep = 1,
            RowsPerClip = 1,
            Epsilon = (float)Parameters.NormEpsilon,
        },
        stream);

    private void NormClassTokens(nint stream) => _norm.Forward(
        new NormForwardArguments
        {
            X = _buffers.Hidden,
            Residual = _buffers.Stream,
            ResidualRows = _shape.Tokens,
            W = DeviceMemory.Address(Parameters.FinalNorm.Weight),
            B = DeviceMemory.Address(Parameters.FinalNorm.Bias),
            Y = _buffers.ClassTokens,
            Rows = _shape.Batch,
            XStep = 1,
            SStep = _shape.Length,
            RowsPerClip = 1,
            Epsilon = (float)Parameters.NormEpsilon,
        },
        stream);

    private void Score(CudaBlas blas, nint stream)
    {
        nint logits = DeviceMemory.Address(_buffers.Logits);
        int classes = (int)_buffers.Logits.shape[1];
        _repeat.Fill(DeviceMemory.Address(Parameters.HeadBias), logits, (long)_shape.Batch * classes, classes, stream);
        var result = new Matrix(logits, classes, Float32: true);
        var weight = Parameters.HeadWeight ?? _buffers.Identity;
        blas.Multiply(_mixer.Matrix(_buffers.ClassTokens, _shape.Embed), _mixer.Matrix(DeviceMemory.Address(weight), _shape.Embed).T, result, _shape.Batch, classes, _shape.Embed, beta: 1);
    }
}
