using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The order of kernels and matrix products that make a mixer's middle on a CPU, forwards and backwards.</summary>
internal sealed unsafe class MixPlan
{
    private readonly Tensor _xz;
    private readonly MixDirection[] _directions;
    private readonly ConvSize _convSize;
    private readonly ScanSize _scanSize;
    private readonly SimdWidth _width;
    private readonly int _channels;

    /// <param name="inputs">xz, then each direction's tensors, the forward one first.</param>
    /// <param name="width">The vectors to compute in.</param>
    public MixPlan(IReadOnlyList<Tensor> inputs, SimdWidth width)
    {
        _xz = inputs[0].contiguous();
        _directions = [.. inputs.Skip(1).Select(tensor => tensor.contiguous()).Chunk(MixDirection.Count).Select(MixDirection.FromList)];
        _width = width;
        int batch = (int)_xz.size(0), length = (int)_xz.size(1);
        _channels = (int)_xz.size(2) / 2;
        _convSize = new ConvSize(batch, length, _channels, width);
        _scanSize = new ScanSize(batch, length, _channels, _directions[0].States, width);
    }

    private long Rows => (long)_scanSize.Batch * _scanSize.Length;

    private TensorRows X => new(_xz);

    private TensorRows Z => new(_xz, _channels);

    /// <summary>Mixes.</summary>
    /// <param name="keep">Whether a backward pass follows.</param>
    /// <returns>The outputs, (batch, length, channels), and what the backward pass starts from.</returns>
    public (Tensor Y, MixState? State) Forward(bool keep)
    {
        using var scratch = Scratch.Rent();
        var (passes, selections) = _xz.dtype == ScalarType.Float32 ? Select(scratch) : SelectByTorch(scratch);
        var y = empty([_scanSize.Batch, _scanSize.Length, _channels], _xz.dtype);
        var kept = keep ? ScanCheckpoints.Empty(_scanSize, _directions.Length, gated: true) : null;

        // Inference adds the directions up in the outputs themselves, unless those would round the first one's part.
        var sums = kept?.Sums ?? (_xz.dtype == ScalarType.Float32 ? null : empty_like(y, ScalarType.Float32));
        var outputs = new ScanOutputs { Gate = Z, Y = new TensorRows(y), Sums = new TensorRows(sums), Checkpoints = kept?.Addresses };
        SimdRunner.Run(new ScanForwardKernel(_scanSize, passes, outputs), _width, _xz.dtype);
        GC.KeepAlive((_xz, selections, sums));
        return (y, kept is null ? null : new MixState(selections, kept));
    }

    /// <summary>Computes all gradients.</summary>
    /// <param name="state">What the forward pass kept.</param>
    /// <param name="dy">Gradient of the outputs.</param>
    /// <returns>In the order of the inputs.</returns>
    public List<Tensor?> Backward(MixState state, Tensor dy)
    {
        using var scratch = Scratch.Rent();
        dy = dy.contiguous();
        var dXz = empty_like(_xz);
        Tensor[] inputs = Inputs(), dInputs = Inputs(), dSteps = Inputs();
        ScanGradients[] gradients =
            [.. dInputs.Zip(dSteps, (dU, dStep) => new ScanGradients(_scanSize) { U = new TensorRows(dU), Delta = new TensorRows(dStep) })];
        var arriving = new ScanBackwardInputs
        {
            Dy = new TensorRows(dy),
            Gate = Z,
            DGate = new TensorRows(dXz, _channels),
            Sums = new TensorRows(state.Scan.Sums),
            Checkpoints = state.Scan.Addresses,
        };
        var convolutions = ConvPasses(scratch);
        SimdRunner.Run(new ScanBackwardKernel(_scanSize, ScanPasses(scratch, convolutions, state.Selections), arriving, gradients), _width, _xz.dtype);
        GC.KeepAlive(dy);

        // The convolution's own way back computes its outputs again: only then is there what x_proj's gradient is made of.
        var (dSelections, dDtProjs) = (new Tensor[_directions.Length], new Tensor[_directions.Length]);
        for (int i = 0; i < _directions.Length; i++) (dSelections[i], dDtProjs[i]) = ProjectBack(_directions[i], state.Selections[i], dSteps[i], gradients[i], dInputs[i]);
        ConvGradients[] convGradients = [.. dInputs.Zip(inputs, (dU, u) => new ConvGradients(_convSize, new TensorRows(dU)) { Outputs = new TensorRows(u) })];
        SimdRunner.Run(new ConvBackwardKernel(_convSize, X, convolutions, convGradients, new TensorRows(dXz)), _width, _xz.dtype);
        GC.KeepAlive((_xz, dInputs));

        var result = new List<Tensor?> { dXz };
        for (int i = 0; i < _directions.Length; i++)
        {
            result.AddRange(
            [
                convGradients[i].Weight(_directions[i].ConvWeight.size(1)), convGradients[i].BiasSum(), WeightGradient(dSelections[i], inputs[i]), dDtProjs[i],
                gradients[i].DeltaBias.sum([0]), gradients[i].A.sum([0]), gradients[i].D.sum([0]),
            ]);
        }

        return result;
    }

    /// <summary>Through the projections of one direction: adds to its inputs' gradient and returns those of the selection and of dt_proj's weight.</summary>
    private (Tensor DSelection, Tensor DDtProj) ProjectBack(MixDirection direction, Tensor selection, Tensor dStep, ScanGradients gradient, Tensor dU)
    {
        int rank = direction.Rank, states = direction.States;
        var dSelection = empty_like(selection);
        SimdRunner.Run(new ScanMapsKernel(_scanSize, gradient, new TensorRows(dSelection, rank), new TensorRows(dSelection, rank + states)), _width, _xz.dtype);
        if (_xz.dtype != ScalarType.Float32)
        {
            dSelection.narrow(1, 0, rank).addmm_(dStep, direction.DtProj, beta: 0, alpha: 1);
            dU.addmm_(dSelection, direction.XProj, beta: 1, alpha: 1);
            return (dSelection, dStep.t().mm(selection.narrow(1, 0, rank)));
        }

        var dDtProj = empty_like(direction.DtProj);
        MatrixProduct.Run(new MatrixView(dStep), new MatrixView(direction.DtProj), new MatrixView(dSelection, 0, rank), _width);
        MatrixProduct.Run(new MatrixView(dSelection), new MatrixView(direction.XProj), new MatrixView(dU), _width, add: true);
        MatrixProduct.Run(new MatrixView(dStep).Transposed, new MatrixView(selection, 0, rank), new MatrixView(dDtProj), _width);
        return (dSelection, dDtProj);
    }

    /// <summary>The gradient of a linear map's weight: dyᵀ x.</summary>
    private Tensor WeightGradient(Tensor dy, Tensor x)
    {
        if (_xz.dtype != ScalarType.Float32) return dy.t().mm(x);
        var dWeight = empty(dy.size(1), x.size(1));
        MatrixProduct.Run(new MatrixView(dy).Transposed, new MatrixView(x), new MatrixView(dWeight), _width);
        return dWeight;
    }

    /// <summary>The selections, and passes that convolve their inputs themselves.</summary>
    private (ScanPass[] Passes, Tensor[] Selections) Select(Scratch scratch)
    {
        var convolutions = ConvPasses(scratch);
        Tensor[] selections = [.. _directions.Select(direction => empty(Rows, direction.XProj.size(0)))];
        IPackedMatrix[] weights = [.. _directions.Select(direction => new PackedSingles(new MatrixView(direction.XProj), _width, scratch))];
        SimdRunner.Run(new MixSelectKernel(_convSize, X, convolutions, weights, [.. selections.Select(selection => new TensorRows(selection))]), _width, _xz.dtype);
        return (ScanPasses(scratch, convolutions, selections), selections);
    }

    /// <summary>The same where torch has the faster products: bfloat16.</summary>
    private (ScanPass[] Passes, Tensor[] Selections) SelectByTorch(Scratch scratch)
    {
        var inputs = Convolve(scratch);
        Tensor[] selections = [.. inputs.Zip(_directions, (u, direction) => nn.functional.linear(u, direction.XProj))];
        return ([.. _directions.Select((direction, i) => ScanPass(_scanSize, scratch, direction, new TensorRows(inputs[i]), selections[i], Order(i)))], selections);
    }

    /// <summary>Each direction's convolved inputs, (batch · length, channels).</summary>
    private Tensor[] Convolve(Scratch scratch)
    {
        var inputs = Inputs();
        SimdRunner.Run(new ConvForwardKernel(_convSize, X, ConvPasses(scratch), [.. inputs.Select(u => new TensorRows(u))]), _width, _xz.dtype);
        GC.KeepAlive((_xz, inputs));
        return inputs;
    }

    /// <summary>Room for each direction's inputs, (batch · length, channels).</summary>
    private Tensor[] Inputs() => [.. _directions.Select(_ => empty([Rows, _channels], _xz.dtype))];

    private ConvPass[] ConvPasses(Scratch scratch) =>
        [.. _directions.Select((direction, i) => new ConvPass(_convSize, scratch, direction.ConvWeight, direction.ConvBias, silu: true, Order(i)))];

    /// <summary>Passes that convolve their inputs themselves.</summary>
    private ScanPass[] ScanPasses(Scratch scratch, ConvPass[] convolutions, IReadOnlyList<Tensor> selections) =>
        [.. _directions.Select((direction, i) => ScanPass(_scanSize, scratch, direction, X, selections[i], Order(i), convolutions[i]))];

    /// <summary>What one direction's scan reads where its step sizes are of low rank: (dt | B | C) of <paramref name="selection"/>.</summary>
    public static ScanPass ScanPass(
        ScanSize size, Scratch scratch, MixDirection direction, TensorRows u, Tensor selection, SequenceDirection order, ConvPass? convolution = null) =>
        new(size, scratch, direction.ALog, logarithm: true, direction.D, direction.DtBias, direction.DtProj.to_type(ScalarType.Float32))
        {
            U = u,
            Convolution = convolution,
            StepSizes = new TensorRows(selection),
            B = new TensorRows(selection, direction.Rank),
            C = new TensorRows(selection, direction.Rank + direction.States),
            Softplus = true,
            Direction = order,
        };

    /// <summary>The way that a direction walks: the first one forwards.</summary>
    public static SequenceDirection Order(int direction) => direction == 0 ? SequenceDirection.Forward : SequenceDirection.Reverse;
}
