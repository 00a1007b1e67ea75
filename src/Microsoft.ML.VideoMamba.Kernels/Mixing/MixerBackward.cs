using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// A mixer's backward pass. Of the forward pass the input is kept, and maybe its expansion and the selection; the convolution and the step sizes run again, and a
/// walk of the scan that keeps states. The backward scan gives the outputs again.
/// </summary>
/// <param name="packed">The parameters.</param>
/// <param name="shape">The sizes.</param>
/// <param name="parameters">Takes the parameters' gradients, the first ones in the order of <see cref="MixerParameters.Tensors"/>: they are there once its sums are launched.</param>
/// <param name="againChunk"><see cref="CudaMixer.AgainChunk"/> of a batch that this is a part of; null for its own.</param>
internal sealed class MixerBackward(PackedMixer packed, MixerShape shape, ParameterGradients parameters, int? againChunk = null)
{
    private const int GatherThreads = 256, GatherRows = 32, Maps = 2 * CudaScan.States;
    private const int MostPieces = 48, MostElements = 640 * 1024;

    /// <summary>Places among the parameters: the two matrices, and of a direction behind them those in the order of <see cref="MixDirection.ToList"/>.</summary>
    private const int InProj = 0, OutProj = 1, OfDirections = 2, ConvWeight = 0, ConvBias = 1, XProj = 2, DtProj = 3, DtBias = 4, ALog = 5, D = 6;

    private readonly MixerForward _forward = new(packed, shape, againChunk);
    private readonly MixerShape _shape = shape;

    private CudaMixer Mixer => _forward.Mixer;

    /// <summary>Computes the gradients.</summary>
    /// <param name="hidden">The input, (batch, length, embed).</param>
    /// <param name="keptOfForward">What the forward pass left.</param>
    /// <param name="dOut">Gradient of the result.</param>
    /// <param name="to">Receives the input's gradient, or null for a new tensor.</param>
    /// <returns>The input's gradient.</returns>
    public Tensor Run(Tensor hidden, MixerKept keptOfForward, Tensor dOut, Tensor? to = null)
    {
        using var loan = CudaBlas.Borrow(Mixer.Device);
        var blas = loan.Blas;
        using var expandedAgain = keptOfForward.XZ is null ? _forward.Expand(blas, hidden) : null;
        var xz = keptOfForward.XZ ?? expandedAgain!;
        using var u = _forward.RoomForConvolved();
        using var selectedAgain = keptOfForward.Selection is null ? _forward.ConvolveAndSelect(blas, xz, u) : null;
        if (selectedAgain is null) _forward.Convolve(xz, u);
        var selection = keptOfForward.Selection ?? selectedAgain!;
        using var scan = BackThroughScan(blas, u, xz, selection, keptOfForward.FirstStates, dOut);
        ProjectOutputs(blas, dOut, scan.Y);
        using var dSelection = GatherSelection(blas, scan);
        BackThroughSelection(blas, u, selection, dSelection, scan);
        using var dXZ = BackThroughConvolution(xz, scan);
        var dHidden = to ?? _forward.Activations(_shape.Batch, _shape.Length, _shape.Embed);
        var dInProj = parameters.PlaceOf(InProj, _forward.Type, 2 * _shape.Inner, _shape.Embed);
        Matrix expanded = Of(dXZ, 2 * _shape.Inner), inProj = Of(packed.InProj, _shape.Embed);
        blas.Multiply(expanded, inProj, Of(dHidden, _shape.Embed), _shape.Tokens, _shape.Embed, 2 * _shape.Inner);
        blas.Multiply(
            expanded.T, Of(hidden, _shape.Embed), new Matrix(dInProj.Address, _shape.Embed, dInProj.Float32), 2 * _shape.Inner, _shape.Embed, _shape.Tokens, beta: dInProj.Beta);
        SumOverRows(scan.DA, ALog, packed.A, CudaScan.States);
        SumOverRows(scan.DD, D);
        SumOverRows(scan.DBias, DtBias);
        return dHidden;
    }

    private ScanGradientTensors BackThroughScan(CudaBlas blas, Tensor u, Tensor xz, Tensor selection, Tensor? firstStates, Tensor dOut)
    {
        int directions = _shape.Directions, batch = _shape.Batch, length = _shape.Length, inner = _shape.Inner;
        var delta = _forward.StepSizes(blas, selection);
        using var kept = _forward.KeepStates(u, delta, xz, selection, firstStates);
        using var dy = _forward.Activations(_shape.Tokens, inner);
        blas.Multiply(Of(dOut, _shape.Embed), Of(packed.OutProjTwice, directions * inner), Of(dy, inner), _shape.Tokens, inner, _shape.Embed);

        var plan = Mixer.Scan.PlanBackward(directions * batch, length);
        int chunks = plan.Chunks, rows = batch * chunks;
        using var carried = chunks > 1 ? _forward.Numbers(directions, batch, chunks, CudaScan.States, inner) : null;
        using var sums = chunks > 1 ? _forward.Numbers(directions, batch, chunks, inner) : null;
        Tensor AsInputs() => _forward.Activations(directions, _shape.Tokens, inner);
        var gradients = new ScanGradientTensors(
            AsInputs(), AsInputs(), AsInputs(), Y: delta,
            _forward.Numbers(plan.ChannelGroups, directions, _shape.Tokens, Maps),
            _forward.Numbers(directions, rows, inner, CudaScan.States), _forward.Numbers(directions, rows, inner), _forward.Numbers(directions, rows, inner));
        Mixer.Scan.Backward(
            new ScanBackwardArguments
            {
                U = DeviceMemory.Address(u),
                Delta = DeviceMemory.Address(delta),
                Z = DeviceMemory.Address(xz, inner),
                BC = DeviceMemory.Address(selection),
                Dy = DeviceMemory.Address(dy),
                A = _forward.Weights.A,
                D = _forward.Weights.D,
                Bias = _forward.Weights.DtBias,
                Kept = DeviceMemory.Address(kept),
                Carried = DeviceMemory.Address(carried),
                DU = DeviceMemory.Address(gradients.DU),
                DDelta = DeviceMemory.Address(gradients.DDelta),
                DZ = DeviceMemory.Address(gradients.DZ),
                Y = DeviceMemory.Address(gradients.Y),
                DBC = DeviceMemory.Address(gradients.DBC),
                DA = DeviceMemory.Address(gradients.DA),
                DD = DeviceMemory.Address(gradients.DD),
                DBias = DeviceMemory.Address(gradients.DBias),
                Batch = batch,
                Length = length,
            },
            plan, directions, DeviceMemory.Address(sums));
        return gradients;
    }

    /// <summary>The gradient of out_proj: the sum over the directions of dOut' y.</summary>
    private void ProjectOutputs(CudaBlas blas, Tensor dOut, Tensor y)
    {
        int embed = _shape.Embed, inner = _shape.Inner, pieces = TokenPieces.Of(_shape.Tokens, MostElements / (embed * inner)), piece = _shape.Tokens / pieces;
        var apart = _forward.Numbers(_shape.Directions, pieces, embed, inner);
        for (int k = 0; k < _shape.Directions; k++)
        {
            var ofDirection = Mixer.Matrix(DeviceMemory.Address(y, (long)k * _shape.Tokens * inner), inner, (long)piece * inner);
            var sums = new Matrix(DeviceMemory.Address(apart, (long)k * pieces * embed * inner), inner, Float32: true, (long)embed * inner);
            blas.Multiply((Of(dOut, embed) with { Batch = (long)piece * embed }).T, ofDirection, sums, embed, inner, piece, pieces);
        }

        y.Dispose();
        parameters.Sums.Add(apart, parameters.PlaceOf(OutProj, _forward.Type, embed, inner), new GradientLayout(1, _shape.Directions * pieces, embed * inner));
    }

    /// <summary>The place of a direction's parameter.</summary>
    private GradientPlace PlaceOf(int direction, int parameter, ScalarType type, params ReadOnlySpan<long> shape) =>
        parameters.PlaceOf(OfDirections + direction * MixDirection.Count + parameter, type, shape);

    /// <summary>From (directions, rows, inner, width) to each direction's (inner, width), or (inner) without a width.</summary>
    private void SumOverRows(Tensor partial, int parameter, Tensor? factor = null, int? width = null)
    {
        int inner = _shape.Inner, rows = (int)partial.size(1), columns = inner * (width ?? 1);
        for (int k = 0; k < _shape.Directions; k++)
        {
            var place = PlaceOf(k, parameter, ScalarType.Float32, width is { } wide ? [inner, wide] : [inner]);
            parameters.Sums.Add(partial, place, new GradientLayout(1, rows, columns) { From = (long)k * rows * columns, Factor = (long)k * columns }, factor);
        }
    }

    /// <summary>The gradient of the selection: of B and C the sums of the scan's slices, of delta's low-rank form a product.</summary>
    private Tensor GatherSelection(CudaBlas blas, ScanGradientTensors scan)
    {
        var dSelection = _forward.Activations(_shape.Directions, _shape.Tokens, _shape.Selected);
        long rows = (long)_shape.Directions * _shape.Tokens;
        Mixer.Device.Kernel<MixerGatherArguments>(new KernelSource("mixer_gather.cu", ("F32", _shape.Float32 ? 1 : 0)), "mixer_gather").Launch(
            new MixerGatherArguments
            {
                Slices = DeviceMemory.Address(scan.DBC),
                To = DeviceMemory.Address(dSelection),
                Rows = rows,
                Groups = (int)scan.DBC.shape[0],
                Row = _shape.Selected,
            },
            new Grid(Grid.Cover(rows, GatherRows)), GatherThreads);
        blas.Multiply(
            Mixer.Activations(DeviceMemory.Address(scan.DDelta)), Mixer.StepWeights(_forward.Weights.DtProj), Mixer.LowRank(DeviceMemory.Address(dSelection)),
            _shape.Tokens, _shape.PaddedRank, _shape.Inner, _shape.Directions);
        return dSelection;
    }

    /// <summary>The gradients of x_proj and dt_proj, and what the selection adds to that of u.</summary>
    private void BackThroughSelection(CudaBlas blas, Tensor u, Tensor selection, Tensor dSelection, ScanGradientTensors scan)
    {
        int directions = _shape.Directions, inner = _shape.Inner, rank = _shape.PaddedRank, selected = _shape.Selected, tokens = _shape.Tokens;
        int pieces = TokenPieces.Of(tokens, MostPieces), piece = tokens / pieces, products = directions * pieces;
        var (ofXProj, ofDtProj) = (_forward.Numbers(directions, pieces, selected, inner), _forward.Numbers(directions, pieces, inner, rank));
        Matrix Piece(Matrix tokensOfAll) => tokensOfAll with { Batch = (long)piece * tokensOfAll.Row };
        var ofSelection = Mixer.Selection(DeviceMemory.Address(dSelection));
        blas.Multiply(
            Piece(ofSelection).T, Piece(Mixer.Activations(DeviceMemory.Address(u))), Mixer.SelectionWeights(DeviceMemory.Address(ofXProj), float32: true), selected, inner, piece, products);
        blas.Multiply(
            Piece(Mixer.Activations(DeviceMemory.Address(scan.DDelta))).T, Piece(Mixer.LowRank(DeviceMemory.Address(selection))),
            Mixer.StepWeights(DeviceMemory.Address(ofDtProj), float32: true), inner, rank, piece, products);
        blas.Multiply(
            ofSelection, Mixer.SelectionWeights(_forward.Weights.XProj), Mixer.Activations(DeviceMemory.Address(scan.DU)), tokens, inner, selected, directions, beta: 1);
        Unpack(ofXProj, ofDtProj, pieces);
    }

    /// <summary>From the packed order, B's rows, C's, delta's with zeros behind, to the parameters' own: delta's, B's, C's.</summary>
    private void Unpack(Tensor ofXProj, Tensor ofDtProj, int pieces)
    {
        int inner = _shape.Inner, rank = _shape.Rank, padded = _shape.PaddedRank, selected = _shape.Selected, all = rank + Maps;
        for (int k = 0; k < _shape.Directions; k++)
        {
            var (dXProj, dDtProj) = (PlaceOf(k, XProj, _forward.Type, all, inner), PlaceOf(k, DtProj, _forward.Type, inner, rank));
            long first = (long)k * pieces * selected * inner;
            var rows = new GradientLayout(1, pieces, rank * inner) { RowStride = selected * inner };
            parameters.Sums.Add(ofXProj, dXProj, rows with { From = first + Maps * inner });
            parameters.Sums.Add(ofXProj, dXProj, rows with { Columns = Maps * inner, From = first, To = rank * inner });
            parameters.Sums.Add(ofDtProj, dDtProj, new GradientLayout(inner, pieces, rank) { From = (long)k * pieces * inner * padded, OuterStride = padded, RowStride = inner * padded });
        }
    }

    private Tensor BackThroughConvolution(Tensor xz, ScanGradientTensors scan)
    {
        int parts = CudaConv.PartialSums(_shape.Batch, _shape.Length);
        var dXZ = _forward.Activations(_shape.Tokens, 2 * _shape.Inner);
        var dWeight = _forward.Numbers(parts, _shape.Directions, _shape.Inner, _shape.Taps);
        var dBias = _forward.Numbers(parts, _shape.Directions, _shape.Inner);
        Mixer.Conv.Backward(new ConvBackwardArguments
        {
            X = DeviceMemory.Address(xz),
            W = _forward.Weights.ConvWeight,
            B = _forward.Weights.ConvBias,
            DU = DeviceMemory.Address(scan.DU),
            DZ = DeviceMemory.Address(scan.DZ),
            DX = DeviceMemory.Address(dXZ),
            DGate = DeviceMemory.Address(dXZ, _shape.Inner),
            DW = DeviceMemory.Address(dWeight),
            DB = DeviceMemory.Address(dBias),
            Batch = _shape.Batch,
            Length = _shape.Length,
        });
        SumOverParts(dWeight, ConvWeight, _shape.Taps);
        SumOverParts(dBias, ConvBias);
        return dXZ;
    }

    /// <summary>From (parts, directions, inner, width) to each direction's (inner, width), or (inner) without a width.</summary>
    private void SumOverParts(Tensor partial, int parameter, int? width = null)
    {
        int inner = _shape.Inner, columns = inner * (width ?? 1);
        for (int k = 0; k < _shape.Directions; k++)
        {
            var place = PlaceOf(k, parameter, ScalarType.Float32, width is { } wide ? [inner, wide] : [inner]);
            parameters.Sums.Add(partial, place, new GradientLayout(1, (int)partial.size(0), columns) { From = (long)k * columns, RowStride = _shape.Directions * columns });
        }
    }

    private static Matrix Of(Tensor tensor, int row) => new(DeviceMemory.Address(tensor), row, tensor.dtype == ScalarType.Float32);

    /// <summary>What the backward scan leaves; y lies where delta was. Disposing it frees all but the parameters' partial sums, which are still to be added up.</summary>
    private sealed record ScanGradientTensors(Tensor DU, Tensor DDelta, Tensor DZ, Tensor Y, Tensor DBC, Tensor DA, Tensor DD, Tensor DBias) : IDisposable
    {
        public void Dispose()
        {
            foreach (var tensor in new[] { DU, DDelta, DZ, Y, DBC }) tensor.Dispose();
        }
    }
}
