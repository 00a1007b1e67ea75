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
/// allocates nothing to speak of and never enters torch. float32 or bfloat16, tokens in spatial-first order.
/// </summary>
/// <remarks>One run at a time.</remarks>
internal sealed unsafe class PackedPass : IDisposable
{
    private readonly List<(int Pieces, Action<int> Run)> _steps = [];
    private readonly List<Tensor> _buffers = [], _selections = [], _inputs = [];
    private readonly Scratch _parameters = Scratch.Rent();
    private readonly PackedWeights _weights;
    private readonly PatchKernel _patches;
    private readonly Tensor _stream, _hidden;
    private readonly Tensor? _sums;
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
        (_stream, _hidden) = (Numbers(batch, _length, _embed), Activations(batch, _length, _embed));
        var xz = Activations(batch, _length, 2 * _inner);
        var y = Activations(batch, _length, _inner);
        if (weights.Type != ScalarType.Float32 && parameters.Layers[0].Mixer.Reverse is not null) _sums = Numbers(batch, _length, _inner);

        // Patches are gone before x and z come, and the embedded ones before the sums of the directions.
        long rows = (long)batch * grid.Positions;
        TensorRows patches = Fits(xz, weights.Type, rows, grid.PatchSize), embedded = Fits(_sums ?? y, ScalarType.Float32, rows, _embed);
        _patches = new PatchKernel(grid, batch, patches);
        Add(_patches);
        Multiply(patches, weights.Patch, embedded, rows);
        Add(new TokenKernel(_length, batch, _embed, (float*)TensorMemory.Address(parameters.Positions), embedded.Row<float>(0), (float*)TensorMemory.Address(_stream)));
        for (int i = 0; i < weights.Layers.Count; i++)
        {
            AddNorm(parameters.Layers[i].Norm, first: i == 0);
            Multiply(new TensorRows(_hidden), weights.Layers[i].InProj, new TensorRows(xz), (long)batch * _length);
            AddMix(parameters.Layers[i].Mixer, weights.Layers[i].XProj, xz, y);
            bool classOnly = !allTokens && i == weights.Layers.Count - 1;
            if (classOnly) Multiply(new TensorRows(y).From(0, _length), weights.Layers[i].OutProj, new TensorRows(_hidden), batch);
            else Multiply(new TensorRows(y), weights.Layers[i].OutProj, new TensorRows(_hidden), (long)batch * _length);
        }

        Tensor Numbers(params long[] shape) => Keep(empty(shape));
        Tensor Activations(params long[] shape) => Keep(empty(shape, weights.Type));
    }

    /// <summary>Whether convolved inputs are kept for the scan: in float32 it costs no more to compute them again.</summary>
    private bool KeepsInputs => _weights.Type != ScalarType.Float32;

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
    /// <param name="hidden">Receives the last mixer's result, not yet added, (batch, tokens or 1, embed_dim), in the activations' type.</param>
    /// <param name="residual">Receives the stream before that result.</param>
    public void CopyResults(void* hidden, float* residual)
    {
        int rows = AllTokens ? _length : 1;
        Copy(new TensorRows(_hidden), rows, hidden);
        Copy(new TensorRows(_stream), _length, residual);

        void Copy(TensorRows source, int rowsOfClip, void* to)
        {
            long size = rows * source.RowSize;
            for (int clip = 0; clip < Batch; clip++) Buffer.MemoryCopy(source.At((long)clip * rowsOfClip, 0), (byte*)to + clip * size, size, size);
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

    /// <summary>Rows in the memory of a buffer, or of one of their own where that is too small.</summary>
    private TensorRows Fits(Tensor buffer, ScalarType type, long rows, long columns)
    {
        int elementSize = type == ScalarType.Float32 ? sizeof(float) : sizeof(ushort);
        bool fits = buffer.NumberOfElements * buffer.ElementSize >= rows * columns * elementSize;
        return new TensorRows(TensorMemory.Address(fits ? buffer : Keep(empty([rows, columns], type))), elementSize, columns);
    }

    private void Add(ISimdKernel kernel) => _steps.Add((kernel.Pieces, SimdRunner.Pieces(kernel, _weights.Width, _weights.Type)));

    private void Multiply(TensorRows x, IPackedMatrix weight, TensorRows y, long rows) => Add(new LinearKernel(x, weight, y, rows));

    /// <summary>Adds the layer before to the stream and norms it, in place; the first layer finds the stream as it is.</summary>
    private void AddNorm(NormParameters norm, bool first)
    {
        var operands = first ? new NormOperands(_stream, norm.Weight, norm.Bias, null) : new NormOperands(_hidden, norm.Weight, norm.Bias, _stream);
        Add(new NormForwardKernel(operands, new NormOptions(_weights.Parameters.NormEpsilon, Centred: norm.Bias is not null, _weights.Width), _hidden, first ? null : _stream));
    }

    private void AddMix(MixerParameters mixer, IReadOnlyList<IPackedMatrix> xProj, Tensor xz, Tensor y)
    {
        MixDirection[] directions = [.. PackedWeights.Directions(mixer)];
        var conv = new ConvSize(Batch, _length, _inner, _weights.Width);
        var scan = new ScanSize(Batch, _length, _inner, mixer.Forward.States, _weights.Width);
        ConvPass[] convolutions = [.. directions.Select((direction, i) => new ConvPass(conv, _parameters, direction.ConvWeight, direction.ConvBias, silu: true, MixPlan.Order(i)))];
        foreach (var direction in directions.Skip(_selections.Count)) _selections.Add(Keep(empty((long)Batch * _length, direction.XProj.shape[0])));
        foreach (var direction in directions.Skip(KeepsInputs ? _inputs.Count : directions.Length)) _inputs.Add(Keep(empty([(long)Batch * _length, _inner], _weights.Type)));
        TensorRows[] selections = [.. _selections.Select(selection => new TensorRows(selection))], inputs = [.. _inputs.Select(u => new TensorRows(u))];
        Add(new MixSelectKernel(conv, new TensorRows(xz), convolutions, xProj, selections, KeepsInputs ? inputs : null));
        ScanPass[] passes = [.. directions.Select((direction, i) => KeepsInputs
            ? MixPlan.ScanPass(scan, _parameters, direction, inputs[i], _selections[i], MixPlan.Order(i))
            : MixPlan.ScanPass(scan, _parameters, direction, new TensorRows(xz), _selections[i], MixPlan.Order(i), convolutions[i]))];
        Add(new ScanForwardKernel(scan, passes, new ScanOutputs { Gate = new TensorRows(xz, _inner), Y = new TensorRows(y), Sums = new TensorRows(_sums) }));
    }
}
