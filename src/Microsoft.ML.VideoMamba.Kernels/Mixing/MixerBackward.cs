using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// A mixer's backward pass. Of the forward pass only the input, its expansion and the selection are kept; the convolution, the step sizes and the scan run
/// again, this time keeping states.
/// </summary>
internal sealed class MixerBackward
{
    private const int GatherThreads = 256, GatherRows = 32;

    private readonly MixerForward _forward;
    private readonly MixerShape _shape;
    private readonly PackedMixer _packed;
    private readonly CudaMixer _mixer;

    public MixerBackward(PackedMixer packed, MixerShape shape)
    {
        (_packed, _shape, _forward) = (packed, shape, new MixerForward(packed, shape));
        _mixer = _forward.Mixer;
    }

    /// <summary>Computes the gradients.</summary>
    /// <param name="hidden">The input, (batch, length, embed).</param>
    /// <param name="xz">What <see cref="MixerForward.Run"/> gave.</param>
    /// <param name="selection">What <see cref="MixerForward.Run"/> gave.</param>
    /// <param name="dOut">Gradient of the result.</param>
    /// <returns>Gradients of the input, then of the parameters in the order of <see cref="MixerParameters.Tensors"/>.</returns>
    public List<Tensor?> Run(Tensor hidden, Tensor xz, Tensor selection, Tensor dOut)
    {
        using var loan = CudaBlas.Borrow(_mixer.Device);
        var blas = loan.Blas;
        var (u, scan, dOutProj) = BackThroughScan(blas, xz, selection, dOut);
        var dSelection = GatherSelection(blas, scan);
        var (dXProj, dDtProj) = BackThroughSelection(blas, u, selection, dSelection, scan);
        var (dXZ, dConvWeight, dConvBias) = BackThroughConvolution(xz, scan);
        var dHidden = _forward.Activations(_shape.Batch, _shape.Length, _shape.Embed);
        var dInProj = _forward.Numbers(2 * _shape.Inner, _shape.Embed);
        Matrix expanded = Of(dXZ, 2 * _shape.Inner), inProj = Of(_packed.InProj, _shape.Embed);
        blas.Multiply(expanded, inProj, Of(dHidden, _shape.Embed), _shape.Tokens, _shape.Embed, 2 * _shape.Inner);
        blas.Multiply(expanded.T, Of(hidden, _shape.Embed), Of(dInProj, _shape.Embed), 2 * _shape.Inner, _shape.Embed, _shape.Tokens);

        var type = hidden.dtype;
        var (dA, dD, dBias) = (scan.DA.sum([1]) * _packed.A, scan.DD.sum([1]), scan.DBias.sum([1]));
        var (xProj, dtProj) = (dXProj.to_type(type), dDtProj.to_type(type));
        List<Tensor?> gradients = [dHidden, dInProj.to_type(type), dOutProj.to_type(type)];
        for (int k = 0; k < _shape.Directions; k++) gradients.AddRange([dConvWeight[k], dConvBias[k], xProj[k], dtProj[k], dBias[k], dA[k], dD[k]]);
        return gradients;
    }

    private (Tensor U, ScanGradientTensors Scan, Tensor DOutProj) BackThroughScan(CudaBlas blas, Tensor xz, Tensor selection, Tensor dOut)
    {
        int directions = _shape.Directions, batch = _shape.Batch, length = _shape.Length, inner = _shape.Inner;
        var u = _forward.Convolve(xz);
        using var delta = _forward.StepSizes(blas, selection);
        using var kept = _forward.Numbers(directions, batch, CudaScan.KeptStates(length), CudaScan.States, inner);
        using var y = _forward.Scan(u, delta, xz, selection, kept);
        using var dy = _forward.Activations(_shape.Tokens, inner);
        blas.Multiply(Of(dOut, _shape.Embed), Of(_packed.OutProjTwice, directions * inner), Of(dy, inner), _shape.Tokens, inner, _shape.Embed);
        var dOutProj = _forward.Numbers(_shape.Embed, inner);
        for (int k = 0; k < directions; k++)
        {
            blas.Multiply(Of(dOut, _shape.Embed).T, Of(y, directions * inner).From(k * inner), Of(dOutProj, inner), _shape.Embed, inner, _shape.Tokens, beta: k);
        }

        int chunk = _mixer.Scan.BackwardChunkFor(directions * batch, length), chunks = Grid.Cover(length, chunk), rows = batch * chunks;
        using var carried = chunks > 1 ? _forward.Numbers(directions, batch, chunks, CudaScan.States, inner) : null;
        using var sums = chunks > 1 ? _forward.Numbers(directions, batch, chunks, inner) : null;
        var gradients = new ScanGradientTensors(
            _forward.Activations(directions, _shape.Tokens, inner), _forward.Activations(directions, _shape.Tokens, inner), _forward.Activations(directions, _shape.Tokens, inner),
            _forward.Numbers(_mixer.Scan.ChannelGroups, directions, _shape.Tokens, 2 * CudaScan.States),
            _forward.Numbers(directions, rows, inner, CudaScan.States), _forward.Numbers(directions, rows, inner), _forward.Numbers(directions, rows, inner));
        _mixer.Scan.Backward(
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
                DBC = DeviceMemory.Address(gradients.DBC),
                DA = DeviceMemory.Address(gradients.DA),
                DD = DeviceMemory.Address(gradients.DD),
                DBias = DeviceMemory.Address(gradients.DBias),
                Batch = batch,
                Length = length,
                Chunk = chunk,
            },
            directions, DeviceMemory.Address(sums));
        return (u, gradients, dOutProj);
    }

    /// <summary>The gradient of the selection: of B and C the sums of the scan's slices, of delta's low-rank form a product.</summary>
    private Tensor GatherSelection(CudaBlas blas, ScanGradientTensors scan)
    {
        var dSelection = _forward.Activations(_shape.Directions, _shape.Tokens, _shape.Selected);
        long rows = (long)_shape.Directions * _shape.Tokens;
        _mixer.Device.Kernel<MixerGatherArguments>(new KernelSource("mixer_gather.cu", ("F32", _shape.Float32 ? 1 : 0)), "mixer_gather").Launch(
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
            _mixer.Activations(DeviceMemory.Address(scan.DDelta)), _mixer.StepWeights(_forward.Weights.DtProj), _mixer.LowRank(DeviceMemory.Address(dSelection)),
            _shape.Tokens, _shape.PaddedRank, _shape.Inner, _shape.Directions);
        return dSelection;
    }

    /// <summary>The gradients of x_proj and dt_proj, and what the selection adds to that of u.</summary>
    private (Tensor DXProj, Tensor DDtProj) BackThroughSelection(CudaBlas blas, Tensor u, Tensor selection, Tensor dSelection, ScanGradientTensors scan)
    {
        int directions = _shape.Directions, inner = _shape.Inner, rank = _shape.PaddedRank, selected = _shape.Selected, tokens = _shape.Tokens;
        using var packed = _forward.Numbers(directions, selected, inner);
        var dDtProj = _forward.Numbers(directions, inner, rank);
        var inputs = _mixer.Activations(DeviceMemory.Address(u));
        var ofSelection = _mixer.Selection(DeviceMemory.Address(dSelection));
        blas.Multiply(ofSelection.T, inputs, _mixer.SelectionWeights(DeviceMemory.Address(packed), float32: true), selected, inner, tokens, directions);
        blas.Multiply(
            _mixer.Activations(DeviceMemory.Address(scan.DDelta)).T, _mixer.LowRank(DeviceMemory.Address(selection)), _mixer.StepWeights(DeviceMemory.Address(dDtProj), float32: true),
            inner, rank, tokens, directions);
        blas.Multiply(
            ofSelection, _mixer.SelectionWeights(_forward.Weights.XProj), _mixer.Activations(DeviceMemory.Address(scan.DU)), tokens, inner, selected, directions, beta: 1);
        const int Maps = 2 * CudaScan.States;
        return (cat([packed.narrow(1, Maps, _shape.Rank), packed.narrow(1, 0, Maps)], 1), dDtProj.narrow(-1, 0, _shape.Rank));
    }

    private (Tensor DXZ, Tensor DWeight, Tensor DBias) BackThroughConvolution(Tensor xz, ScanGradientTensors scan)
    {
        int parts = CudaConv.PartialSums(_shape.Batch, _shape.Length);
        var dXZ = _forward.Activations(_shape.Tokens, 2 * _shape.Inner);
        using var dWeight = _forward.Numbers(parts, _shape.Directions, _shape.Inner, _shape.Taps);
        using var dBias = _forward.Numbers(parts, _shape.Directions, _shape.Inner);
        _mixer.Conv.Backward(new ConvBackwardArguments
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
        return (dXZ, dWeight.sum([0]), dBias.sum([0]));
    }

    private static Matrix Of(Tensor tensor, int row) => new(DeviceMemory.Address(tensor), row, tensor.dtype == ScalarType.Float32);

    /// <summary>What the backward scan leaves.</summary>
    private sealed record ScanGradientTensors(Tensor DU, Tensor DDelta, Tensor DZ, Tensor DBC, Tensor DA, Tensor DD, Tensor DBias);
}
