using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// The CUDA face of the scan, for one direction or both. The kernels take channels by eights and sixteen states; other sizes are padded, and more states are
/// summed up from several scans. Arguments are checked by the public entries.
/// </summary>
/// <remarks>
/// Shapes here carry an axis of directions in front: u, delta and y (d, b, l, c), A (d, c, n), B and C (d, b, l, n), D and bias (d, c), states (d, b, c, n);
/// z (b, l, c) is shared.
/// </remarks>
internal static class SelectiveScanCuda
{
    private const int ChannelMultiple = 8;

    public static ScanOutput Run(
        Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState, bool softplus, SequenceDirection first)
    {
        using var scope = NewDisposeScope();
        var output = A.shape[^1] <= CudaScan.States
            ? Pad(u, delta, A, B, C, D, z, deltaBias, initialState, softplus, first)
            : Split(u, delta, A, B, C, D, z, deltaBias, initialState, softplus, first);
        return new ScanOutput(output.Y.MoveToOuterDisposeScope(), output.LastState.MoveToOuterDisposeScope());
    }

    /// <summary>Sixteen states at a time, in float32: y is linear in them, so that skip and gate come once, at the end.</summary>
    private static ScanOutput Split(
        Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState, bool softplus, SequenceDirection first)
    {
        var type = u.dtype;
        (u, delta, B, C) = (u.to_type(ScalarType.Float32), delta.to_type(ScalarType.Float32), B.to_type(ScalarType.Float32), C.to_type(ScalarType.Float32));
        Tensor? y = null;
        var states = new List<Tensor>();
        for (long from = 0; from < A.shape[^1]; from += CudaScan.States)
        {
            long size = Math.Min(CudaScan.States, A.shape[^1] - from);
            Tensor Part(Tensor tensor) => tensor.narrow(-1, from, size);
            var part = Pad(u, delta, Part(A), Part(B), Part(C), null, null, deltaBias, initialState is null ? null : Part(initialState), softplus, first);
            y = y is null ? part.Y : y.Plus(part.Y);
            states.Add(part.LastState);
        }

        if (D is not null) y = y!.Plus(u * D.unsqueeze(1).unsqueeze(1));
        if (z is not null) y = y! * nn.functional.silu(z.to_type(ScalarType.Float32));
        return new ScanOutput(y!.to_type(type), cat(states, -1));
    }

    private static ScanOutput Pad(
        Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState, bool softplus, SequenceDirection first)
    {
        long channels = u.shape[^1], more = (ChannelMultiple - channels % ChannelMultiple) % ChannelMultiple, states = A.shape[^1], missing = CudaScan.States - states;
        var options = new CudaScanOptions(softplus, first);
        Tensor Channels(Tensor tensor) => more == 0 ? tensor : nn.functional.pad(tensor, [0, more]);
        Tensor States(Tensor tensor) => missing == 0 ? tensor : nn.functional.pad(tensor, [0, missing]);
        Tensor Both(Tensor tensor) => more == 0 && missing == 0 ? tensor : nn.functional.pad(tensor, [0, missing, 0, more]);
        var bc = cat([States(B), States(C)], -1);
        Tensor?[] inputs =
        [
            Channels(u), Channels(delta), Both(A), bc, D is null ? null : Channels(D), z is null ? null : Channels(z), deltaBias is null ? null : Channels(deltaBias),
            initialState is null ? null : Both(initialState),
        ];
        List<Tensor> outputs = is_grad_enabled() && inputs.Any(input => input is { requires_grad: true })
            ? SelectiveScanCudaFunction.apply([.. inputs, options])
            : Forward(CudaScanOperands.Prepare(inputs, options), keep: false).Outputs;
        return new ScanOutput(outputs[0].narrow(-1, 0, channels), outputs[1].narrow(-1, 0, states).narrow(-2, 0, channels));
    }

    /// <summary>Runs the forward kernels.</summary>
    /// <param name="operands">What to scan.</param>
    /// <param name="keep">Whether a backward pass follows.</param>
    /// <param name="chunkSteps">Steps of the chunks, or null for as many as are found best.</param>
    /// <param name="parts">Warps that share a group of channels, or null for as many as are found best.</param>
    /// <returns>y and the last states; where <paramref name="keep"/>, the states that the backward pass starts from.</returns>
    public static (List<Tensor> Outputs, Tensor? Kept) Forward(CudaScanOperands operands, bool keep, int? chunkSteps = null, int? parts = null)
    {
        var (directions, batch, length, channels) = operands.Sizes;
        var scan = operands.Scan();
        int chunk = chunkSteps ?? scan.ChunkFor(directions * batch, length), chunks = Grid.Cover(length, chunk);
        var y = empty_like(operands.U);
        var last = operands.EmptyStates();
        var kept = keep ? empty([directions, batch, CudaScan.KeptStates(length), CudaScan.States, channels], operands.U.dtype, operands.U.device) : null;
        var states = chunks > 1 ? operands.Empty(directions, batch, chunks, CudaScan.States, channels) : null;
        var sums = chunks > 1 ? operands.Empty(directions, batch, chunks, channels) : null;
        var between = chunks == 1 && !keep ? operands.Empty(scan.PiecesRoom(directions * batch)) : null;
        var first = operands.FirstStates(Scaled.In);
        var arguments = operands.ForwardArguments(y) with
        {
            Between = DeviceMemory.Address(between),
            Kept = DeviceMemory.Address(kept),
            Sums = DeviceMemory.Address(sums),
            First = DeviceMemory.Address(chunks > 1 ? states : first),
            Last = chunks > 1 ? 0 : DeviceMemory.Address(last),
            Chunk = chunk,
        };
        scan.Forward(arguments, directions, DeviceMemory.Address(first), DeviceMemory.Address(last), parts: parts);
        GC.KeepAlive((operands, first, states, sums, between));
        return ([y, CudaScanOperands.FromKernel(last, Scaled.Out)], kept);
    }

    /// <summary>Runs the backward kernels.</summary>
    /// <returns>Gradients of u, delta, A, B and C together, D, z, the delta bias and the first states; null for operands that are absent.</returns>
    public static List<Tensor?> Backward(CudaScanOperands operands, Tensor kept, Tensor? dy, Tensor? dLast, int? chunkSteps = null, int? parts = null)
    {
        var (directions, batch, length, channels) = operands.Sizes;
        var scan = operands.Scan();
        var plan = scan.PlanBackward(directions * batch, length, chunkSteps);
        int chunks = plan.Chunks, rows = batch * chunks;
        var sums = chunks > 1 ? operands.Empty(directions, batch, chunks, channels) : null;
        dy = DeviceMemory.Dense(dy) ?? zeros_like(operands.U);
        var carriedIn = dLast is null ? null : CudaScanOperands.ToKernel(dLast, Scaled.Out);
        var carried = chunks > 1 ? operands.Empty(directions, batch, chunks, CudaScan.States, channels) : carriedIn;
        var (du, ddelta, dz) = (empty_like(operands.U), empty_like(operands.Delta), operands.Z is null ? null : empty_like(operands.U));
        var dbc = operands.Empty(plan.ChannelGroups, directions, batch, length, 2 * CudaScan.States);
        var (dA, dD, dBias) = (operands.Empty(directions, rows, channels, CudaScan.States), operands.Empty(directions, rows, channels), operands.Empty(directions, rows, channels));
        var passed = operands.InitialState is null ? null : operands.Empty(directions, batch, chunks, CudaScan.States, channels);
        var arguments = new ScanBackwardArguments
        {
            U = DeviceMemory.Address(operands.U),
            Delta = DeviceMemory.Address(operands.Delta),
            Z = DeviceMemory.Address(operands.Z),
            BC = DeviceMemory.Address(operands.BC),
            Dy = DeviceMemory.Address(dy),
            DyDirection = (long)batch * length * channels,
            A = DeviceMemory.Address(operands.A),
            D = DeviceMemory.Address(operands.D),
            Bias = DeviceMemory.Address(operands.DeltaBias),
            Kept = DeviceMemory.Address(kept),
            Carried = DeviceMemory.Address(carried),
            DU = DeviceMemory.Address(du),
            DDelta = DeviceMemory.Address(ddelta),
            DZ = DeviceMemory.Address(dz),
            DBC = DeviceMemory.Address(dbc),
            DA = DeviceMemory.Address(dA),
            DD = DeviceMemory.Address(dD),
            DBias = DeviceMemory.Address(dBias),
            Passed = DeviceMemory.Address(passed),
            Batch = batch,
            Length = length,
            Reverse = operands.Options.Reverse,
        };
        scan.Backward(arguments, plan, directions, DeviceMemory.Address(sums), DeviceMemory.Address(carriedIn), parts);
        GC.KeepAlive((operands, kept, sums, dy, carriedIn, carried));
        return
        [
            du, ddelta, dA.sum([1]), dbc.sum([0]).to_type(operands.BC.dtype), operands.D is null ? null : dD.sum([1]), dz?.sum([0]),
            operands.DeltaBias is null ? null : dBias.sum([1]), passed is null ? null : CudaScanOperands.FromKernel(passed.select(2, 0), Scaled.In),
        ];
    }
}
