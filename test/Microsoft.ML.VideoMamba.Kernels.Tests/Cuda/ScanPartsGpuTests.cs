using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.Kernels.Tests.Scan;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The forward walks of the CUDA scan with two and four warps to a group of channels, whatever would be chosen.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class ScanPartsGpuTests
{
    private const int Directions = 2;

    public static IEnumerable<object[]> Walks =>
        from parts in ScanWalks.Parts
        from size in new (int Batch, int Length, int Channels, int Chunk)[]
        {
            (1, 1, 8, 1), (2, 2, 24, 2), (3, 3, 104, 3), (65, 31, 24, 31), (5, 32, 384, 32), (2, 33, 1152, 33), (2, 70, 40, 16), (3, 33, 104, 8), (1, 500, 384, 104), (300, 40, 40, 16), (2, 900, 40, 900),
        }
        from type in new[] { ScalarType.Float32, ScalarType.BFloat16 }
        select new object[] { parts, size.Batch, size.Length, size.Channels, size.Chunk, type };

    [TestMethod]
    [DynamicData(nameof(Walks))]
    public void EqualFloat64(int parts, int batch, int length, int channels, int chunk, ScalarType type)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        foreach (var (optional, first) in new[] { (true, SequenceDirection.Forward), (false, SequenceDirection.Reverse) })
        {
            var scans = Scans(batch, length, channels, type, optional);
            var operands = Operands(scans, new CudaScanOptions(optional, first));
            ScanOutput[] expected = [.. scans.Select((scan, i) => Reference(scan, softplus: optional, (i == 0) == (first == SequenceDirection.Forward)))];

            foreach (bool keep in new[] { false, true })
            {
                var (outputs, _) = SelectiveScanCuda.Forward(operands, keep, chunk, parts);

                for (int i = 0; i < Directions; i++)
                {
                    AssertClose($"y of direction {i}", expected[i].Y, outputs[0][i], type);
                    AssertClose($"last states of direction {i}", expected[i].LastState, outputs[1][i], type);
                }
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Walks))]
    public void KeepTheSameStatesAndGradients(int parts, int batch, int length, int channels, int chunk, ScalarType type)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(Scans(batch, length, channels, type, optional: true), new CudaScanOptions(true, SequenceDirection.Forward));
        var (_, whole) = SelectiveScanCuda.Forward(operands, keep: true, length, ScanWalks.Parts[0]);
        var dy = randn([Directions, batch, length, channels], device: CUDA).to_type(type);
        var expected = SelectiveScanCuda.Backward(operands, whole!, dy, null, length);

        var (_, kept) = SelectiveScanCuda.Forward(operands, keep: true, chunk, parts);
        var gradients = SelectiveScanCuda.Backward(operands, kept!, dy, null, chunk, parts);

        AssertClose("kept states", whole!, kept!, type);
        for (int i = 0; i < expected.Count; i++)
        {
            if (expected[i] is { } gradient) AssertClose($"gradient {i}", gradient, gradients[i]!, type);
        }
    }

    /// <summary>Walks that meet leave the sum of the directions' outputs in the first one's place, here where its delta was: rows hold z and both deltas, as in a recording.</summary>
    [TestMethod]
    [DynamicData(nameof(Walks))]
    public void AddUpWhereTheyMeet(int parts, int batch, int length, int channels, int _, ScalarType type)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        foreach (var first in new[] { SequenceDirection.Forward, SequenceDirection.Reverse })
        {
            var scans = Scans(batch, length, channels, type, optional: true);
            var operands = Operands(scans, new CudaScanOptions(true, first));
            var rows = stack([operands.Z!, operands.Delta[0], operands.Delta[1]], 2);
            nint afterZ = DeviceMemory.Address(rows, channels);
            var scan = CudaScan.Get(CudaDevice.Of(rows), CudaScanLayout.Plain(channels, type == ScalarType.Float32, softplus: true, gate: true) with { DeltaRow = 3 * channels, ZRow = 3 * channels, YRow = 3 * channels });
            var firstStates = operands.FirstStates(Scaled.In);
            var between = operands.Empty(scan.PiecesRoom(Directions * batch));
            var arguments = operands.ForwardArguments(operands.U) with
            {
                Between = DeviceMemory.Address(between),
                Z = DeviceMemory.Address(rows),
                Delta = afterZ,
                Y = afterZ,
                DeltaDirection = channels,
                YDirection = channels,
                First = DeviceMemory.Address(firstStates),
            };
            ScanOutput[] expected = [.. scans.Select((scan, i) => Reference(scan, softplus: true, (i == 0) == (first == SequenceDirection.Forward)))];

            scan.Meet(arguments, parts: parts);

            AssertClose($"sum of y, {first} first", expected[0].Y + expected[1].Y, rows.select(2, 1), type);
            Assert.IsTrue(rows.select(2, 0).equal(operands.Z!).all().item<bool>(), "z changed");
        }
    }

    /// <summary>More walks than the card has places for, several pieces each, and room that is used again.</summary>
    [TestMethod]
    [DataRow(2)]
    [DataRow(4)]
    public void WalkInPiecesAsInOne(int parts)
    {
        const int Batch = 70, Length = 900, Channels = 384;
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(Scans(1, Length, Channels, ScalarType.BFloat16, optional: true), new CudaScanOptions(true, SequenceDirection.Forward));
        Tensor Many(Tensor of, int axis) => of.expand([.. of.shape[..axis], Batch, .. of.shape[(axis + 1)..]]).contiguous();
        operands = operands with { U = Many(operands.U, 1) * rand([Batch, 1, 1], operands.U.dtype, operands.U.device), Delta = Many(operands.Delta, 1), BC = Many(operands.BC, 1), Z = Many(operands.Z!, 0) };
        var (y, expected, between) = (empty_like(operands.U), empty_like(operands.U), operands.Empty(operands.Scan().PiecesRoom(Directions * Batch)));
        operands.Scan().Forward(operands.ForwardArguments(expected), Directions, parts: parts);
        var arguments = operands.ForwardArguments(y) with { Between = DeviceMemory.Address(between) };
        for (int i = 0; i < 2; i++)
        {
            operands.Scan().Forward(arguments, Directions, parts: parts);

            AssertClose("y", expected, y, ScalarType.BFloat16);
            operands.Scan().Meet(arguments, parts: parts);

            AssertClose("sum of y", expected[0] + expected[1], y[0], ScalarType.BFloat16);
        }
    }

    [TestMethod]
    [DataRow("scan_pieces", 2)]
    [DataRow("scan_pieces", 4)]
    [DataRow("scan_meeting", 2)]
    [DataRow("scan_meeting", 4)]
    public void AMultiprocessorHoldsItsShareOfBlocks(string name, int parts)
    {
        Gpu.Require();
        var kernel = CudaDevice.Get(Gpu.Device.index).Kernel<ScanForwardArguments>(new KernelSource("scan_forward.cu", ("PARTS", parts)), name);
        int threads = 32 * parts, all = kernel.ResidentBlocks(threads);
        for (int share = 1; share <= all + 1; share++) Assert.AreEqual(Math.Min(share, all), kernel.ResidentBlocks(threads, kernel.SharedBytesFor(share)), $"a share of {share}");
    }

    /// <summary>Contiguous tensors that begin anywhere.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    public void TakeOperandsThatBeginAnywhere(int offset)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var scan = Scans(2, 20, 24, ScalarType.BFloat16, optional: true)[0];
        var expected = Reference(scan, softplus: true, forwards: true);
        foreach (string name in scan.Names.ToList()) scan[name] = cat([zeros(offset, scan[name]!.dtype), scan[name]!.flatten()]).cuda().narrow(0, offset, scan[name]!.NumberOfElements).view(scan[name]!.shape);

        AssertClose("y", expected.Y, scan.Run(KernelFace.Cuda).Y, ScalarType.BFloat16);
    }

    /// <summary>Marks are the first states of a second walk's chunks, which then keeps what one walk would.</summary>
    [TestMethod]
    [DynamicData(nameof(Walks))]
    public void LeaveMarksToWalkAgainFrom(int parts, int batch, int length, int channels, int chunk, ScalarType type)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(Scans(batch, length, channels, type, optional: false), new CudaScanOptions(false, SequenceDirection.Forward));
        int marked = Grid.Cover(chunk, CudaScan.StepsPerKept) * CudaScan.StepsPerKept;
        var y = empty_like(operands.U);
        Tensor Kept() => empty([Directions, batch, CudaScan.KeptStates(length), CudaScan.States, channels], type, CUDA);
        var (expected, kept) = (Kept(), Kept());
        var marks = operands.Empty(Directions, batch, Grid.Cover(length, marked), CudaScan.States, channels);
        var arguments = operands.ForwardArguments(y) with { Kept = DeviceMemory.Address(expected), Marks = DeviceMemory.Address(marks), Marked = marked };
        operands.Scan().Forward(arguments, Directions, parts: parts);

        operands.Scan().KeepStates(
            arguments with { Y = 0, Marks = 0, Kept = DeviceMemory.Address(kept), First = DeviceMemory.Address(marks), Chunk = Math.Min(marked, length) }, Directions, parts);

        AssertClose("kept states", expected, kept, type);
    }

    private static RandomScan[] Scans(int batch, int length, int channels, ScalarType type, bool optional)
    {
        TorchRuntime.EnsureLoaded();
        RandomScan[] scans = [new(1, batch, length, channels, CudaScan.States, type, optional), new(2, batch, length, channels, CudaScan.States, type, optional)];
        scans[1]["z"] = scans[0]["z"];
        if (!optional)
        {
            foreach (var scan in scans) scan["delta"] = scan["delta"]!.abs();
        }

        return scans;
    }

    private static CudaScanOperands Operands(RandomScan[] scans, CudaScanOptions options)
    {
        Tensor? Both(string name) => scans[0][name] is null ? null : stack([.. scans.Select(scan => scan[name]!)]).cuda();
        return CudaScanOperands.Prepare(
            [Both("u"), Both("delta"), Both("A"), cat([Both("B")!, Both("C")!], -1), Both("D"), scans[0]["z"]?.cuda(), Both("deltaBias"), Both("initialState")], options);
    }

    private static ScanOutput Reference(RandomScan scan, bool softplus, bool forwards)
    {
        Tensor? Wide(string name) => scan[name]?.to_type(ScalarType.Float64);
        return SelectiveScan.Run(
            Wide("u")!, Wide("delta")!, Wide("A")!, Wide("B")!, Wide("C")!, Wide("D"), Wide("z"), Wide("deltaBias"), Wide("initialState"), softplus,
            forwards ? SequenceDirection.Forward : SequenceDirection.Reverse, KernelFace.Reference);
    }

    // bfloat16: what is stored in it carries its rounding, 1.6e-3, and gradients those of rounded states.
    private static void AssertClose(string what, Tensor expected, Tensor got, ScalarType type)
    {
        Tensor Wide(Tensor tensor) => tensor.detach().cpu().to_type(ScalarType.Float64);
        double deviation = ((Wide(got) - Wide(expected)).norm() / Wide(expected).norm().clamp_min(1e-6)).item<double>(), tolerance = type == ScalarType.Float32 ? 2e-5 : 6e-3;
        Assert.IsTrue(deviation <= tolerance, $"{what} deviates by {deviation:e2}, allowed are {tolerance:e2}");
    }
}
