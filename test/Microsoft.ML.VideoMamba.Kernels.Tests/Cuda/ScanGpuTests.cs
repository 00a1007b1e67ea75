using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.Kernels.Tests.Scan;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The Gpu.Device scan against the float64 reference, outputs and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class ScanGpuTests
{
    private static readonly string[] s_names = ["u", "delta", "A", "B", "C", "D", "z", "deltaBias", "initialState"];

    public static IEnumerable<object[]> Sizes =>
        from size in new (int Batch, int Length, int Channels, int States)[]
        {
            (1, 1, 1, 16), (2, 2, 20, 16), (3, 3, 100, 16), (65, 31, 20, 16), (5, 32, 384, 16), (2, 33, 1152, 16), (1, 200, 40, 16), (4, 9, 8, 1), (2, 17, 24, 5), (2, 21, 24, 40), (1, 1569, 40, 16),
        }
        from direction in new[] { SequenceDirection.Forward, SequenceDirection.Reverse }
        select new object[] { size.Batch, size.Length, size.Channels, size.States, direction };

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void Float32EqualsFloat64(int batch, int length, int channels, int states, SequenceDirection direction) =>
        Compare(batch, length, channels, states, ScalarType.Float32, direction, optional: true);

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void BFloat16StaysWithinItsRounding(int batch, int length, int channels, int states, SequenceDirection direction) =>
        Compare(batch, length, channels, states, ScalarType.BFloat16, direction, optional: true);

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    [DataRow(1, 12545, 20)]
    [DataRow(1, 1569, 384)]
    [DataRow(2, 1569, 1152)]
    public void LongSequencesEqualFloat64(int batch, int length, int channels)
    {
        Compare(batch, length, channels, 16, ScalarType.Float32, SequenceDirection.Forward, optional: true);
        Compare(batch, length, channels, 16, ScalarType.BFloat16, SequenceDirection.Reverse, optional: true);
    }

    [TestMethod]
    [DataRow(2, 70, 24, 16)]
    [DataRow(3, 5, 384, 16)]
    public void OperandsMayBeLeftOut(int batch, int length, int channels, int states)
    {
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 }) Compare(batch, length, channels, states, type, SequenceDirection.Forward, optional: false);
    }

    [TestMethod]
    [DataRow(1, 1, 8)]
    [DataRow(2, 33, 20)]
    [DataRow(1, 300, 384)]
    [DataRow(40, 40, 136)]
    public void BothDirectionsInOneLaunchEqualTwoScans(int batch, int length, int channels)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 }) CompareBidirectional(batch, length, channels, type, KernelFace.Cuda, Gpu.Device);
    }

    /// <summary>Step sizes so large that decays pass through the smallest floats and beyond.</summary>
    [TestMethod]
    [DataRow(ScalarType.Float32, 1e-5)]
    [DataRow(ScalarType.BFloat16, 1e-2)]
    public void DecaysMayVanish(ScalarType type, double tolerance)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 4, batch: 2, length: 400, channels: 64, states: 16, type);
        scan["delta"] = linspace(0, 60, 2 * 400 * 64, ScalarType.Float32).reshape(2, 400, 64).to_type(type);
        var expected = Run(scan, tensor => tensor.to_type(ScalarType.Float64), KernelFace.Reference);

        var got = Run(scan, tensor => tensor.to(Gpu.Device), KernelFace.Cuda);

        double deviation = ((got - expected).norm() / expected.norm()).item<double>();
        Assert.IsTrue(deviation <= tolerance, $"deviates by {deviation:e2}");

        static Tensor Run(RandomScan scan, Func<Tensor, Tensor> change, KernelFace face)
        {
            Tensor Of(string name) => change(scan[name]!);
            return SelectiveScan.Run(Of("u"), Of("delta"), Of("A"), Of("B"), Of("C"), Of("D"), Of("z"), Of("deltaBias"), deltaSoftplus: true, face: face).Y.cpu().to_type(ScalarType.Float64);
        }
    }

    [TestMethod]
    public void BothDirectionsOnTheCpuEqualTwoScans()
    {
        TorchRuntime.EnsureLoaded();
        CompareBidirectional(2, 9, 20, ScalarType.Float32, KernelFace.Cpu, CPU);
    }

    [TestMethod]
    public void RepeatsBitForBit()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        byte[] Run()
        {
            var scan = new RandomScan(seed: 5, batch: 8, length: 700, channels: 384, states: 16, ScalarType.BFloat16);
            foreach (string name in scan.Names.ToList()) scan[name] = scan[name]!.to(Gpu.Device);
            scan.RequireGradients();
            scan.Run(KernelFace.Cuda).Y.sum().backward();
            return [.. scan.Names.SelectMany(name => scan[name]!.grad!.cpu().contiguous().bytes.ToArray())];
        }

        CollectionAssert.AreEqual(Run(), Run());
    }

    private static void Compare(int batch, int length, int channels, int states, ScalarType type, SequenceDirection direction, bool optional)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: length, batch, length, channels, states, type, optional);
        if (!optional) scan["delta"] = scan["delta"]!.abs();
        Tensor[] Run(IReadOnlyDictionary<string, Tensor?> of, KernelFace face)
        {
            var output = SelectiveScan.Run(of["u"]!, of["delta"]!, of["A"]!, of["B"]!, of["C"]!, of["D"], of["z"], of["deltaBias"], of["initialState"], optional, direction, face);
            return [output.Y, output.LastState];
        }

        Float64Comparison.Assert(s_names.ToDictionary(name => name, name => scan[name]), of => Run(of, KernelFace.Reference), of => Run(of, KernelFace.Cuda), Gpu.Device, Tolerance(type));
    }

    private static void CompareBidirectional(int batch, int length, int channels, ScalarType type, KernelFace face, Device device)
    {
        using var scope = NewDisposeScope();
        RandomScan[] scans = [new(1, batch, length, channels, 16, type), new(2, batch, length, channels, 16, type)];
        var operands = s_names.Where(name => name != "initialState").ToDictionary(name => name, name => name == "z" ? scans[0][name] : stack([scans[0][name]!, scans[1][name]!]));
        Tensor[] Run(IReadOnlyDictionary<string, Tensor?> of, KernelFace which)
        {
            var output = BidirectionalScan.Run(of["u"]!, of["delta"]!, of["A"]!, of["B"]!, of["C"]!, of["D"], of["z"], of["deltaBias"], deltaSoftplus: true, which);
            return [output.Y, output.LastState];
        }

        Float64Comparison.Assert(operands, of => Run(of, KernelFace.Reference), of => Run(of, face), device, Tolerance(type));
    }

    // What is stored as bfloat16 carries that type's rounding, 1.6e-3; sums in float32 under bfloat16 activations, that of fast functions and of rounded gradients.
    private static Func<ScalarType, double> Tolerance(ScalarType activations) => stored =>
        activations == ScalarType.Float32 ? 2e-5 : stored == ScalarType.BFloat16 ? 6e-3 : 3e-3;
}
