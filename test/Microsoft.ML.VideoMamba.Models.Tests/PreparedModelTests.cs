using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.TestCommon;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class PreparedModelTests
{
    private static readonly VideoMambaConfig s_long = TestModels.Video with { EmbedDim = 48, Frames = 12, Height = 32, Width = 32, PatchSize = 4 };

    [ClassInitialize]
    public static void LoadTorch(TestContext context) => TorchRuntime.EnsureLoaded();

    public static IEnumerable<object[]> Configurations =>
    [
        [TestModels.Video], [TestModels.Image], [s_long], [TestModels.Video with { Tubelet = 2, Frames = 5, Norm = NormKind.Layer }],
        [TestModels.Video with { Bidirectional = false, Classes = 0 }], [TestModels.Video with { EmbedDim = 20, Width = 29, StateSize = 5, DtRankOverride = 3 }],
        [TestModels.Image with { Stride = 4 }], [TestModels.Video with { ScanOrder = ScanOrder.TemporalFirst }],
    ];

    [TestMethod]
    [DynamicData(nameof(Configurations))]
    public void GivesWhatTheModelGives(VideoMambaConfig config)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var model = TestModels.Create(config);
        using var prepared = new PreparedModel(model);
        foreach (int batch in new[] { 2, 1, 3, 2 })
        {
            var clips = TestModels.Pixels(config, batch);
            TestModels.AssertClose(model.forward(clips), prepared.Score(clips), message: $"{batch} clips");
            foreach (var pooling in new[] { Pooling.Cls, Pooling.Mean, Pooling.Frames, Pooling.Tokens, Pooling.Layer(0), Pooling.Layer(1) })
            {
                TestModels.AssertClose(model.Embed(clips, pooling), prepared.Embed(clips, pooling), message: $"{pooling} of {batch} clips");
            }
        }
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    [DynamicData(nameof(Configurations))]
    public void ScoresOnACardAsTheModelDoes(VideoMambaConfig config)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        foreach (var (type, tolerance) in new[] { (ScalarType.Float32, 1e-4), (ScalarType.BFloat16, 5e-2) })
        {
            using var model = TestModels.Create(config).ToActivationType(type);
            model.to(Gpu.Device);
            using var prepared = new PreparedModel(model);
            foreach (int batch in new[] { 2, 1, 3, 2, 5, 4, 1 })
            {
                var clips = TestModels.Pixels(config, batch).to(Gpu.Device);
                TestModels.AssertClose(model.forward(clips), prepared.Score(clips), tolerance, $"{batch} clips in {type}");
            }

            Assert.AreEqual(model.RecordingProblem(type) is null ? 4 : 0, prepared.Recordings, "sizes that are recorded");
        }
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    public void ThreadsShareRecordings()
    {
        Gpu.Require();
        using var inputs = NewDisposeScope();
        using var gradients = no_grad();
        using var model = TestModels.Create(TestModels.Video);
        model.to(Gpu.Device);
        using var prepared = new PreparedModel(model);
        var clips = Enumerable.Range(1, 6).Select(batch => TestModels.Pixels(TestModels.Video, batch).to(Gpu.Device)).ToArray();
        var expected = clips.Select(model.forward).ToArray();

        Parallel.For(0, 60, i =>
        {
            using var scope = NewDisposeScope();
            TestModels.AssertClose(expected[i % 6], prepared.Score(clips[i % 6]), 1e-4);
        });

        Assert.AreEqual(4, prepared.Recordings);
    }

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void AgreesInEveryWidth(int bits)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var model = TestModels.Create(s_long);
        using var narrow = TestModels.CreateLike(model, s_long).ToActivationType(ScalarType.BFloat16);
        var clips = TestModels.Pixels(s_long);
        var expected = model.forward(clips);
        using var width = new ForcedWidth((SimdWidth)bits);
        using PreparedModel prepared = new(model), narrowPrepared = new(narrow);

        TestModels.AssertClose(expected, prepared.Score(clips));
        TestModels.AssertClose(expected, narrowPrepared.Score(clips), 5e-2);
    }

    [TestMethod]
    [DynamicData(nameof(Configurations))]
    public void RoundsBFloat16NoMoreThanTheModel(VideoMambaConfig config)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        using var model = TestModels.Create(config);
        using var narrow = TestModels.CreateLike(model, config).ToActivationType(ScalarType.BFloat16);
        using var prepared = new PreparedModel(narrow);
        foreach (var pooling in new[] { Pooling.Cls, Pooling.Mean, Pooling.Tokens, Pooling.Layer(0) })
        {
            double ofModel = 0, ofPrepared = 0;

            // One clip's class token holds too few numbers to compare the two by.
            foreach (int batch in new[] { 8, 2, 1, 5, 8 })
            {
                var clips = TestModels.Pixels(config, batch);
                Tensor exact = model.Embed(clips, pooling), rounded = narrow.Embed(clips, pooling);
                ofModel += (exact - rounded).abs().mean().item<float>() * batch;
                ofPrepared += (exact - prepared.Embed(clips, pooling)).abs().mean().item<float>() * batch;
            }

            Assert.IsLessThan(2 * ofModel, ofPrepared, $"{pooling}");
            Assert.IsGreaterThan(0.25 * ofModel, ofPrepared, $"{pooling}");
        }
    }

    [TestMethod]
    public void TakesPixelsOfOtherTypesAndViews()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(TestModels.Video);
        using var prepared = new PreparedModel(model);
        var clips = TestModels.Pixels(TestModels.Video, 4);

        TestModels.AssertClose(prepared.Score(clips), prepared.Score(clips.to_type(ScalarType.Float64)), 0);
        TestModels.AssertClose(prepared.Score(clips)[TensorIndex.Slice(step: 2)], prepared.Score(clips[TensorIndex.Slice(step: 2)]), 1e-6);
        Assert.IsFalse(prepared.Score(clips).requires_grad);
    }

    [TestMethod]
    public void ThreadsDoNotDisturbEachOther()
    {
        using var inputs = NewDisposeScope();
        using var model = TestModels.Create(s_long);
        using var prepared = new PreparedModel(model);
        var clips = Enumerable.Range(0, 8).Select(i => TestModels.Pixels(s_long, 1 + i % 3)).ToArray();
        var expected = clips.Select(prepared.Score).ToArray();

        Parallel.For(0, 64, i =>
        {
            using var scope = NewDisposeScope();
            TestModels.AssertClose(expected[i % 8], prepared.Score(clips[i % 8]), 0);
        });
    }

    [TestMethod]
    public void RefusesWhatTheModelRefuses()
    {
        using var scope = NewDisposeScope();
        using var model = TestModels.Create(TestModels.Video);
        using var prepared = new PreparedModel(model);

        Assert.Contains("must be (batch, channels", Assert.ThrowsExactly<ArgumentException>(() => prepared.Score(zeros([1, 3, 4, 16, 24]))).Message);
        Assert.Contains("floating", Assert.ThrowsExactly<ArgumentException>(() => prepared.Score(zeros([1, 3, 3, 16, 24], ScalarType.Int32))).Message);
        Assert.Throws<ArgumentException>(() => prepared.Embed(zeros([1, 3, 3, 16, 24]), Pooling.Layer(2)));
    }
}
