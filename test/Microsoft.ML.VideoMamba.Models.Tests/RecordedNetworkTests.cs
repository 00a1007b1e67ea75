using Microsoft.ML.VideoMamba.TestCommon;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class RecordedNetworkTests
{
    private static readonly VideoMambaConfig s_small = new() { EmbedDim = 32, Depth = 3, Frames = 4, Height = 32, Width = 48, PatchSize = 16, Classes = 7 };

    public static IEnumerable<object[]> Configurations =>
    [
        [s_small], [s_small with { Tubelet = 2, Norm = NormKind.Layer }], [s_small with { Bidirectional = false, Classes = 0 }], [s_small with { PatchSize = 10, Width = 37 }],
        [s_small with { IsVideo = false, Frames = 1, Stride = 8 }], [s_small with { Frames = 40, Height = 64, Width = 64, PatchSize = 8 }],
    ];

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    [DynamicData(nameof(Configurations))]
    public void ScoresAsTheModelInMainMemory(VideoMambaConfig config)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var model = Model(config);
        long[] shape = config.IsVideo ? [3, config.Channels, config.Frames, config.Height, config.Width] : [3, config.Channels, config.Height, config.Width];
        var clips = randn(shape);
        var expected = model.forward(clips);
        model.to(Gpu.Device);

        using var exact = model.Record(3, ScalarType.Float32);
        using var rough = model.Record(3, ScalarType.BFloat16);

        AssertClose(expected, exact.Run(clips.to(Gpu.Device)), 1e-4);
        AssertClose(expected, exact.Run(clips.to(Gpu.Device)), 1e-4);
        AssertClose(expected, rough.Run(clips.to(Gpu.Device)), 5e-2);
        AssertClose(expected, rough.Run(clips.to(Gpu.Device).to_type(ScalarType.BFloat16)), 5e-2);
    }

    /// <summary>The clips of a batch that run so many at a time in so many passes: the last of five may run with some before them again.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    [DataRow(1, 1)]
    [DataRow(2, 2)]
    [DataRow(3, 1)]
    [DataRow(3, 2)]
    [DataRow(5, 1)]
    [DataRow(5, 2)]
    [DataRow(5, 3)]
    public void ABatchMayRunInPieces(int clipsAtOnce, int passes)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var model = Model(s_small);
        var clips = randn([5, 3, 4, 32, 48]);
        var expected = model.forward(clips);
        model.to(CUDA);

        using var recorded = model.Record(5, ScalarType.Float32, clipsAtOnce, passes);

        Assert.AreEqual((clipsAtOnce, passes), (recorded.ClipsAtOnce, recorded.Passes));
        for (int i = 0; i < 3; i++) AssertClose(expected, recorded.Run(clips.cuda()), 1e-4);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Record(5, ScalarType.Float32, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Record(5, ScalarType.Float32, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Record(5, ScalarType.Float32, 2, 3));
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    public void ThreadsTakeTurnsAndResultsStay()
    {
        Gpu.Require();
        using var model = Model(s_small);
        using var inputs = NewDisposeScope();
        using var gradients = no_grad();
        var clips = Enumerable.Range(0, 8).Select(_ => randn([1, 3, 4, 32, 48])).ToArray();
        var expected = clips.Select(model.forward).ToArray();
        model.to(Gpu.Device);
        using var recorded = model.Record(1, ScalarType.Float32);

        Parallel.For(0, 64, i =>
        {
            using var scope = NewDisposeScope();
            AssertClose(expected[i % 8], recorded.Run(clips[i % 8].to(Gpu.Device)), 1e-4);
        });
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    public void TwoCardsReplayAtOnce()
    {
        string[] devices = [Gpu.Name, Gpu.RequireOther()];
        using var inputs = NewDisposeScope();
        using var gradients = no_grad();
        using var model = Model(s_small);
        var clips = randn([1, 3, 4, 32, 48]);
        var expected = model.forward(clips);
        var recorded = devices.Select(name =>
        {
            model.to(device(name));
            return model.Record(1, ScalarType.Float32);
        }).ToArray();

        Parallel.For(0, 64, i =>
        {
            using var scope = NewDisposeScope();
            AssertClose(expected, recorded[i % 2].Run(clips.to(device(devices[i % 2]))), 1e-4);
        });
        foreach (var one in recorded) one.Dispose();
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    public void WrongClipsAreNamed()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        using var model = Model(s_small);
        model.to(Gpu.Device);
        using var recorded = model.Record(1, ScalarType.Float32);

        StringAssert.Contains(Assert.Throws<ArgumentException>(() => recorded.Run(zeros([2, 3, 4, 32, 48], device: Gpu.Device))).Message, "2, 3, 4");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => recorded.Run(zeros([1, 3, 4, 32, 48]))).Message, "cpu");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => recorded.Run(zeros([1, 3, 4, 32, 48], ScalarType.Float64, Gpu.Device))).Message, "Float64");
    }

    [TestMethod]
    public void MainMemoryAndOtherOrdersAreNoPlaceForARecording()
    {
        using var model = Model(s_small);
        StringAssert.Contains(model.RecordingProblem(ScalarType.Float32)!, "cpu");
        StringAssert.Contains(Assert.Throws<InvalidOperationException>(() => model.Record(1, ScalarType.Float32)).Message, "CUDA");

        using var other = Model(s_small with { ScanOrder = ScanOrder.TemporalFirst });
        StringAssert.Contains(other.RecordingProblem(ScalarType.Float32)!, nameof(ScanOrder.TemporalFirst));
    }

    private static VideoMambaModel Model(VideoMambaConfig config)
    {
        Kernels.Runtime.TorchRuntime.EnsureLoaded();
        manual_seed(5);
        var model = new VideoMambaModel(config);
        model.eval();
        return model;
    }

    private static void AssertClose(Tensor expected, Tensor got, double tolerance)
    {
        CollectionAssert.AreEqual(expected.shape, got.shape);
        double deviation = ((got.cpu() - expected).norm() / expected.norm()).item<float>();
        Assert.IsTrue(deviation <= tolerance, $"Deviates by {deviation:e2}");
    }
}
