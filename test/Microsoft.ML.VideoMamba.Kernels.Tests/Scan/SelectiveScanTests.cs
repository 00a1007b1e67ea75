using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Scan;

[TestClass]
public sealed class SelectiveScanTests
{
    public static IEnumerable<object[]> Sizes =>
        from size in new (int Batch, int Length, int Channels, int States)[]
        {
            (1, 1, 1, 1), (1, 2, 5, 4), (2, 3, 20, 8), (3, 31, 33, 16), (1, 32, 16, 16), (2, 33, 100, 16), (1, 100, 20, 24), (1, 257, 48, 16),
        }
        from width in Enum.GetValues<SimdWidth>()
        from direction in Enum.GetValues<SequenceDirection>()
        select new object[] { size.Batch, size.Length, size.Channels, size.States, (int)width, direction };

    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EveryWidthEqualsTheReference(int batch, int length, int channels, int states, int width, SequenceDirection direction) =>
        Compare(batch, length, channels, states, (SimdWidth)width, direction, ScalarType.Float32, 1e-4);

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void BFloat16StaysWithinItsRounding(int batch, int length, int channels, int states, int width, SequenceDirection direction) =>
        Compare(batch, length, channels, states, (SimdWidth)width, direction, ScalarType.BFloat16, 2e-2);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ReferenceGradientsEqualFiniteDifferences(bool softplus)
    {
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 3, batch: 1, length: 4, channels: 2, states: 3, ScalarType.Float64) { Softplus = softplus };
        foreach (string name in scan.Names.ToList()) scan[name] = scan[name]!.to_type(ScalarType.Float64);

        // Steps are positive; below zero the state would grow without bound and differences lose their digits.
        if (!softplus) (scan["delta"], scan["deltaBias"]) = (scan["delta"]!.abs(), scan["deltaBias"]!.abs());
        scan.RequireGradients();
        scan.Run(KernelFace.Reference).Y.square().sum().backward();
        var gradients = scan.Names.ToDictionary(name => name, name => scan[name]!.grad!.clone());

        const double step = 1e-6;
        using var noGradients = no_grad();
        foreach (string name in scan.Names.ToList())
        {
            var values = scan[name]!.detach().flatten();
            for (long i = 0; i < values.numel(); i++)
            {
                double Loss(double shift)
                {
                    var moved = values.clone();
                    moved[i] = tensor(values[i].item<double>() + shift, ScalarType.Float64);
                    scan[name] = moved.reshape(gradients[name].shape);
                    return scan.Run(KernelFace.Reference).Y.square().sum().item<double>();
                }

                double expected = (Loss(step) - Loss(-step)) / (2 * step), got = gradients[name].flatten()[i].item<double>();
                Assert.AreEqual(expected, got, 1e-5 * (1 + Math.Abs(expected)), $"{name}[{i}]");
            }

            scan[name] = values.reshape(gradients[name].shape);
        }
    }

    /// <summary>Steps so long that a state is forgotten at once: the exponentials underflow.</summary>
    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void VeryLongStepsForget(int width)
    {
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 11, batch: 1, length: 70, channels: 37, states: 16, ScalarType.Float32);
        scan["delta"] = scan["delta"]! * 30;
        Compare(scan, (SimdWidth)width, SequenceDirection.Forward, softplus: true, 1e-4);
    }

    /// <summary>Without softplus a step may be negative, and a state grow.</summary>
    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void NegativeStepsGrow(int width)
    {
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 12, batch: 1, length: 5, channels: 20, states: 8, ScalarType.Float32, optional: false);
        Compare(scan, (SimdWidth)width, SequenceDirection.Forward, softplus: false, 1e-4);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void WhatIsNoNumberStaysNone(float step)
    {
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 13, batch: 1, length: 40, channels: 16, states: 16, ScalarType.Float32);
        scan["delta"]![0, 7, 3] = step;
        var y = scan.Run(KernelFace.Cpu).Y;
        Assert.IsFalse(float.IsFinite(y[0, 7, 3].item<float>()));
        Assert.IsTrue(float.IsFinite(y[0, 6, 3].item<float>()) && float.IsFinite(y[0, 7, 4].item<float>()));
    }

    [TestMethod]
    public void RepeatsBitForBit()
    {
        using var scope = NewDisposeScope();
        byte[] Run()
        {
            var scan = new RandomScan(seed: 5, batch: 2, length: 70, channels: 40, states: 16, ScalarType.Float32);
            scan.RequireGradients();
            scan.Run(KernelFace.Cpu).Y.sum().backward();
            return [.. scan.Names.SelectMany(name => scan[name]!.grad!.contiguous().bytes.ToArray())];
        }

        CollectionAssert.AreEqual(Run(), Run());
    }

    [TestMethod]
    public void TakesTensorsThatAreNotContiguous()
    {
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 7, batch: 2, length: 9, channels: 12, states: 16, ScalarType.Float32);
        var expected = scan.Run(KernelFace.Cpu).Y;

        scan["u"] = scan["u"]!.transpose(1, 2).contiguous().transpose(1, 2);
        scan["B"] = cat([scan["B"]!, scan["C"]!], 2).narrow(2, 0, 16);

        Assert.IsTrue(expected.allclose(scan.Run(KernelFace.Cpu).Y));
    }

    [TestMethod]
    [DataRow("delta", "delta")]
    [DataRow("A", "A")]
    [DataRow("B", "B")]
    [DataRow("D", "D")]
    [DataRow("z", "z")]
    [DataRow("deltaBias", "deltaBias")]
    [DataRow("initialState", "initialState")]
    public void NamesTheOperandThatDoesNotFit(string operand, string named)
    {
        using var scope = NewDisposeScope();
        var scan = new RandomScan(seed: 1, batch: 1, length: 4, channels: 6, states: 16, ScalarType.Float32);
        scan[operand] = zeros(1, 2, 3, 4);

        var error = Assert.Throws<ArgumentException>(() => scan.Run(KernelFace.Auto));

        StringAssert.Contains(error.Message, named);
    }

    [TestMethod]
    [DoNotParallelize]
    public void FiftyPassesLeaveNoTensorBehind()
    {
        TensorLeaks.AssertNone(() =>
        {
            var scan = new RandomScan(seed: 1, batch: 1, length: 20, channels: 16, states: 16, ScalarType.Float32);
            scan.RequireGradients();
            scan.Run(KernelFace.Cpu).Y.sum().backward();
            foreach (string name in scan.Names) scan[name]!.grad!.Dispose();
        });
    }

    private static void Compare(int batch, int length, int channels, int states, SimdWidth width, SequenceDirection direction, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        foreach (bool optional in new[] { true, false })
        {
            Compare(new RandomScan(seed: length, batch, length, channels, states, type, optional), width, direction, optional, tolerance);
        }
    }

    private static void Compare(RandomScan scan, SimdWidth width, SequenceDirection direction, bool softplus, double tolerance)
    {
        string[] names = ["u", "delta", "A", "B", "C", "D", "z", "deltaBias", "initialState"];
        FaceComparison.Assert(
            names.ToDictionary(name => name, name => scan[name]),
            of => Outputs(SelectiveScan.Run(of["u"]!, of["delta"]!, of["A"]!, of["B"]!, of["C"]!, of["D"], of["z"], of["deltaBias"], of["initialState"], softplus, direction, KernelFace.Reference)),
            of => Outputs(SelectiveScanCpu.Run(of["u"]!, of["delta"]!, of["A"]!, of["B"]!, of["C"]!, of["D"], of["z"], of["deltaBias"], of["initialState"], new ScanOptions(softplus, direction, width))),
            tolerance);
    }

    private static Tensor[] Outputs(ScanOutput output) => [output.Y, output.LastState];
}
