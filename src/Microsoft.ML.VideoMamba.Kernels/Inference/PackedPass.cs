using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>
/// A network's pass over clips on a CPU, from pixels to what the last layer puts out: all kernels and buffers made beforehand for one batch size, so that a run
/// allocates nothing to speak of and never enters torch. float32, tokens in spatial-first order.
/// </summary>
/// <remarks>One run at a time.</remarks>
internal sealed unsafe class PackedPass : IDisposable
{
    private readonly List<(int Pieces, Action<int> Run)> _steps = [];
    private readonly List<Tensor> _buffers = [], _selections = [];
    private readonly Scratch _parameters = Scratch.Rent();
    private readonly PackedWeights _weights;
    private readonly PatchKernel _patches;
    private readonly Tensor _stream, _hidden;
    private readonly int _length, _embed, _inner;

    /// <summary>Makes room for a batch.</summary>
    /// <param name="weights">The network.</param>
    /// <param name="batch">Clips of a run, from 1 up.</param>
    /// <param name="allTokens">Whether the results of all tokens are wanted, and not those of the class tokens alone.</param>
    public PackedPass(PackedWeights weights, int batch, bool allTokens)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var parameters = weights.Parameters;
        var grid = parameters.Patches;
        (_weights, Batch, AllTokens) = (weights, batch, allTokens);
        (_length, _embed, _inner) = ((int)parameters.Positions.shape[0], (int)parameters.Positions.shape[1], (int)parameters.Layers[0].Mixer.OutProj.shape[1]);
        (_stream, _hidden) = (Room(batch, _length, _embed), Room(batch, _length, _embed));
        var xz = Room(batch, _length, 2 * _inner);
        var y = Room(batch, _length, _inner);

        // Patches are gone before x and z come, and the embedded ones before y.
        float* patches = Fits(xz, (long)batch * grid.Positions * grid.PatchSize), embedded = Fits(y, (long)batch * grid.Positions * _embed);
        _patches = new PatchKernel(grid, batch, patches);
        Add(_patches);
        Multiply(new MatrixView(patches, (long)batch * grid.Positions, grid.PatchSize, grid.PatchSize), weights.Patch, new MatrixView(embedded, (long)batch * grid.Positions, _embed, _embed));
        Add(new TokenKernel(_length, batch, _embed, (float*)TensorMemory.Address(parameters.Positions), embedded, (float*)TensorMemory.Address(_stream)));
        for (int i = 0; i < weights.Layers.Count; i++)
        {
            AddNorm(parameters.Layers[i].Norm, first: i == 0);
            Multiply(new MatrixView(_hidden), weights.Layers[i].InProj, new MatrixView(xz));
            AddMix(parameters.Layers[i].Mixer, weights.Layers[i].XProj, xz, y);
            bool classOnly = !allTokens && i == weights.Layers.Count - 1;
            Multiply(
                classOnly ? new MatrixView((float*)TensorMemory.Address(y), batch, _inner, (long)_length * _inner) : new MatrixView(y), weights.Layers[i].OutProj,
                classOnly ? new MatrixView((float*)TensorMemory.Address(_hidden), batch, _embed, _embed) : new MatrixView(_hidden));
        }

        Tensor Room(params long[] shape) => Keep(empty(shape));
    }

    /// <summary>Clips of a run.</summary>
    public int Batch { get; }

    /// <summary>Whether the last layer's results are computed for all tokens.</summary>
    public bool AllTokens { get; }

    /// <summary>Runs the network.</summary>
    /// <param name="clips">(batch, channels, frames, height, width), frames left out for images.</param>
    /// <param name="alone">Whether to run on the calling thread only.</param>
    public void Run(float* clips, bool alone)
    {
        _patches.Clips = clips;
        foreach (var (pieces, run) in _steps)
        {
            if (!alone) ThreadTeam.ForEach(pieces, run);
            for (int piece = 0; alone && piece < pieces; piece++) run(piece);
        }

        GC.KeepAlive((this, _weights, _parameters));
    }

    /// <summary>Copies what the last run gave.</summary>
    /// <param name="hidden">Receives the last mixer's result, not yet added, (batch, tokens or 1, embed_dim).</param>
    /// <param name="residual">Receives the stream before that result.</param>
    public void CopyResults(float* hidden, float* residual)
    {
        int rows = AllTokens ? _length : 1;
        Copy(_hidden, rows, hidden);
        Copy(_stream, _length, residual);

        void Copy(Tensor source, int rowsOfClip, float* to)
        {
            float* from = (float*)TensorMemory.Address(source);
            long count = (long)rows * _embed;
            for (int clip = 0; clip < Batch; clip++) Buffer.MemoryCopy(from + (long)clip * rowsOfClip * _embed, to + clip * count, count * sizeof(float), count * sizeof(float));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }

    private Tensor Keep(Tensor buffer)
    {
        _buffers.Add(buffer.DetachFromDisposeScope());
        return buffer;
    }

    /// <summary>The memory of a buffer, or of one of its own where that is too small.</summary>
    private float* Fits(Tensor buffer, long floats) => (float*)TensorMemory.Address(buffer.NumberOfElements >= floats ? buffer : Keep(empty(floats)));

    private void Add(ISimdKernel kernel) => _steps.Add((kernel.Pieces, SimdRunner.Pieces(kernel, _weights.Width, ScalarType.Float32)));

    private void Multiply(MatrixView a, Panels b, MatrixView c) => Add(new ProductKernel(a, b, c, add: false, _weights.Width));

    /// <summary>Adds the layer before to the stream and norms it, in place; the first layer finds the stream as it is.</summary>
    private void AddNorm(NormParameters norm, bool first)
    {
        var operands = first ? new NormOperands(_stream, norm.Weight, norm.Bias, null) : new NormOperands(_hidden, norm.Weight, norm.Bias, _stream);
        Add(new NormForwardKernel(operands, new NormOptions(_weights.Parameters.NormEpsilon, Centred: norm.Bias is not null, _weights.Width), _hidden, first ? null : _stream));
    }

    private void AddMix(MixerParameters mixer, IReadOnlyList<Panels> xProj, Tensor xz, Tensor y)
    {
        MixDirection[] directions = [.. PackedWeights.Directions(mixer)];
        var conv = new ConvSize(Batch, _length, _inner, _weights.Width);
        var scan = new ScanSize(Batch, _length, _inner, mixer.Forward.States, _weights.Width);
        ConvPass[] convolutions = [.. directions.Select((direction, i) => new ConvPass(conv, _parameters, direction.ConvWeight, direction.ConvBias, silu: true, MixPlan.Order(i)))];
        foreach (var direction in directions.Skip(_selections.Count)) _selections.Add(Keep(empty((long)Batch * _length, direction.XProj.shape[0])));
        ScanPass[] passes = [.. directions.Select((direction, i) => MixPlan.ScanPass(scan, _parameters, direction, new TensorRows(xz), _selections[i], MixPlan.Order(i), convolutions[i]))];
        Add(new MixSelectKernel(conv, new TensorRows(xz), convolutions, xProj, [.. _selections.Select(selection => new MatrixView(selection))]));
        Add(new ScanForwardKernel(scan, passes, new ScanOutputs { Gate = new TensorRows(xz, _inner), Y = new TensorRows(y) }));
    }
}
