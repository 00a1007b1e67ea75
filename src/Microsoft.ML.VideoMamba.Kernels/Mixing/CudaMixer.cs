using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The steps of a mixer's forward pass on a card, from buffers to buffers: nothing is allocated, and all goes to one stream.</summary>
/// <remarks>
/// Buffers, in the activations' type: hidden and out (tokens, embed); u (directions, tokens, inner); selection (directions, tokens, Selected), whose rows hold B, C
/// and delta's low-rank form. <see cref="MixerLayout"/> says how the expansion xz, delta and y lie; a token's y of both directions lie side by side, so that, where
/// the scan does not add the directions up, one product with the doubled out_proj does.
/// </remarks>
internal sealed class CudaMixer
{
    private readonly MixerShape _shape;
    private readonly MixerLayout _layout;
    private readonly CudaConv _conv;
    private readonly CudaScan _scan;
    private readonly CudaSelection? _selection;
    private readonly long _tokens, _inner;

    /// <summary>Finds or compiles the kernels.</summary>
    /// <param name="device">The card.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="layout">Where its tensors lie.</param>
    /// <param name="againChunk"><see cref="AgainChunk"/> of a batch that this is a part of; null for its own.</param>
    public CudaMixer(CudaDevice device, MixerShape shape, MixerLayout layout, int? againChunk = null)
    {
        (Device, _shape, _layout, _tokens, _inner) = (device, shape, layout, shape.Tokens, shape.Inner);
        _conv = CudaConv.Get(device, new CudaConvLayout(
            shape.Inner, shape.Float32, shape.Taps, shape.Directions, SequenceDirection.Forward, Silu: true, XRow: layout.ExpansionRow, DxRow: 2 * shape.Inner));
        _selection = CudaSelection.Pays(shape, device.Multiprocessors, device.SharedBytesPerMultiprocessor)
            ? CudaSelection.Get(device, new CudaSelectionLayout(shape.Inner, shape.Selected, shape.Directions, layout.ExpansionRow))
            : null;
        _scan = CudaScan.Get(device, new CudaScanLayout(
            shape.Inner, shape.Float32, Softplus: true, Gate: true, layout.DeltaRow, ZRow: layout.ExpansionRow, shape.Selected, layout.YRow, DyRow: shape.Inner, OutputsAgain: true));
        Chunk = _scan.ChunkFor(shape.Directions * shape.Batch, shape.Length);
        AgainChunk = againChunk ?? (Chunk < shape.Length ? Chunk : _scan.KnownChunkFor(shape.Directions * shape.Batch, shape.Length));
    }

    /// <summary>The card.</summary>
    public CudaDevice Device { get; }

    /// <summary>The convolution's kernels.</summary>
    public CudaConv Conv => _conv;

    /// <summary>The scan's kernels.</summary>
    public CudaScan Scan => _scan;

    /// <summary>Steps of the forward scan's chunks.</summary>
    public int Chunk { get; }

    /// <summary>The number of these chunks.</summary>
    public int Chunks => Grid.Cover(_shape.Length, Chunk);

    /// <summary>Float32 numbers that the forward scan wants room for between its pieces; 0 where it runs in several chunks.</summary>
    public long PiecesRoom => Chunks > 1 ? 0 : _scan.PiecesRoom(_shape.Directions * _shape.Batch);

    /// <summary>Steps of the chunks that the scan is walked in again for a backward pass.</summary>
    public int AgainChunk { get; }

    /// <summary>The number of these chunks.</summary>
    public int AgainChunks => Grid.Cover(_shape.Length, AgainChunk);

    /// <summary>xz = hidden in_proj', in the order of in_proj's rows.</summary>
    public void Expand(CudaBlas blas, nint hidden, in MixerWeights weights, nint xz) => blas.Multiply(
        Matrix(hidden, _shape.Embed), Matrix(weights.InProj, _shape.Embed).T, Matrix(xz, _layout.ExpansionRow), _shape.Tokens, 2 * _shape.Inner, _shape.Embed);

    /// <summary>u = silu(conv x), each direction's.</summary>
    public void Convolve(nint xz, in MixerWeights weights, nint u, nint stream = 0) => _conv.Forward(
        new ConvForwardArguments { X = ConvolvedFrom(xz), W = weights.ConvWeight, B = weights.ConvBias, U = u, Batch = _shape.Batch, Length = _shape.Length }, stream);

    /// <summary>The same, and selection = u x_proj', each direction's.</summary>
    public void ConvolveAndSelect(CudaBlas blas, nint xz, in MixerWeights weights, nint u, nint selection, nint stream = 0)
    {
        if (_selection is null)
        {
            Convolve(xz, weights, u, stream);
            blas.Multiply(Activations(u), SelectionWeights(weights.XProj).T, Selection(selection), _shape.Tokens, _shape.Selected, _shape.Inner, _shape.Directions);
            return;
        }

        _selection.Run(
            new ConvSelectArguments
            {
                X = ConvolvedFrom(xz),
                W = weights.ConvWeight,
                B = weights.ConvBias,
                P = weights.XProj,
                U = u,
                Selection = selection,
                Batch = _shape.Batch,
                Length = _shape.Length,
            },
            stream);
    }

    /// <summary>delta = low-rank delta dt_proj', each direction's, before bias and softplus.</summary>
    public void StepSizes(CudaBlas blas, nint selection, in MixerWeights weights, nint delta) => blas.Multiply(
        LowRank(selection), StepWeights(weights.DtProj).T, Matrix(delta, _layout.DeltaRow, _layout.DeltaDirection), _shape.Tokens, _shape.Inner, _shape.PaddedRank, _shape.Directions);

    /// <summary>y = both scans, gated. Where the scan runs in several chunks, <see cref="MixerBuffers.States"/> then holds their first states.</summary>
    /// <param name="buffers">All of them.</param>
    /// <param name="weights">The parameters.</param>
    /// <param name="marks">Where it runs in one: receives the first states of the chunks that it is walked in again, or 0.</param>
    /// <param name="stream">Where to queue.</param>
    /// <returns>How many outputs of a token there are to project: those of all directions, or the first one's alone, where the scan has added them up.</returns>
    public int RunScan(in MixerBuffers buffers, in MixerWeights weights, nint marks = 0, nint stream = 0)
    {
        var arguments = Scanned(buffers, weights) with { First = Chunks > 1 ? buffers.States : 0, Chunk = Chunk, Marks = marks, Marked = AgainChunk };
        if (CudaScan.CanMeet(arguments, _shape.Directions))
        {
            _scan.Meet(arguments, stream);
            return _shape.Inner;
        }

        _scan.Forward(arguments, _shape.Directions, stream: stream);
        return _shape.Directions * _shape.Inner;
    }

    /// <summary>The states that the backward pass starts from, of a scan that has run.</summary>
    /// <param name="buffers">u, delta, the selection and the first states of <see cref="AgainChunks"/>, if there are several.</param>
    /// <param name="weights">The parameters.</param>
    /// <param name="kept">Receives the states.</param>
    public void KeepStates(in MixerBuffers buffers, in MixerWeights weights, nint kept) =>
        _scan.KeepStates(Scanned(buffers, weights) with { First = buffers.States, Sums = 0, Chunk = AgainChunk, Kept = kept }, _shape.Directions);

    /// <summary>out = y out_proj', the directions added up.</summary>
    /// <param name="blas">For the product.</param>
    /// <param name="y">The outputs.</param>
    /// <param name="outputs">How many of a token: what <see cref="RunScan"/> returned.</param>
    /// <param name="weights">The parameters.</param>
    /// <param name="output">Receives the result.</param>
    public void Project(CudaBlas blas, nint y, int outputs, in MixerWeights weights, nint output) => Project(blas, Matrix(y, _layout.YRow), outputs, weights, output, _shape.Tokens);

    /// <summary>The same for each sequence's first token alone.</summary>
    public void ProjectFirst(CudaBlas blas, nint y, int outputs, in MixerWeights weights, nint output) =>
        Project(blas, Matrix(y, checked(_shape.Length * _layout.YRow)), outputs, weights, output, _shape.Batch);

    /// <summary>u, or a gradient of its shape.</summary>
    public Matrix Activations(nint address) => Matrix(address, _shape.Inner, _tokens * _inner);

    /// <summary>A selection: all of its columns.</summary>
    public Matrix Selection(nint address) => Matrix(address, _shape.Selected, _tokens * _shape.Selected);

    /// <summary>A selection's columns for delta.</summary>
    public Matrix LowRank(nint address) => Selection(address).From(2 * CudaScan.States);

    /// <summary>The packed x_proj, or its gradient, which is float32.</summary>
    public Matrix SelectionWeights(nint address, bool? float32 = null) => new(address, _shape.Inner, float32 ?? _shape.Float32, (long)_shape.Selected * _shape.Inner);

    /// <summary>The packed dt_proj, or its gradient, which is float32.</summary>
    public Matrix StepWeights(nint address, bool? float32 = null) => new(address, _shape.PaddedRank, float32 ?? _shape.Float32, _inner * _shape.PaddedRank);

    /// <summary>A matrix of activations or of weights.</summary>
    public Matrix Matrix(nint address, int row, long batch = 0) => new(address, row, _shape.Float32, batch);

    private nint ConvolvedFrom(nint xz) => Matrix(xz, 0).From(_layout.X).Address;

    private void Project(CudaBlas blas, Matrix y, int outputs, in MixerWeights weights, nint output, int tokens) =>
        blas.Multiply(y, Matrix(weights.OutProjTwice, _shape.Directions * _shape.Inner).T, Matrix(output, _shape.Embed), tokens, _shape.Embed, outputs);

    private ScanForwardArguments Scanned(in MixerBuffers buffers, in MixerWeights weights) => new()
    {
        U = buffers.U,
        Delta = buffers.Delta,
        Z = Matrix(buffers.XZ, 0).From(_layout.Z).Address,
        BC = buffers.Selection,
        A = weights.A,
        D = weights.D,
        Bias = weights.DtBias,
        Y = buffers.Y,
        DeltaDirection = _layout.DeltaDirection,
        YDirection = _inner,
        Sums = buffers.Sums,
        Between = buffers.Between,
        Batch = _shape.Batch,
        Length = _shape.Length,
    };
}
