using Microsoft.ML.VideoMamba.Models.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class VideoMambaModelTests
{
    public static IEnumerable<object[]> Variants => new VideoMambaConfig[]
    {
        TestModels.Video,
        TestModels.Image,
        TestModels.Video with { Classes = 0 },
        TestModels.Video with { Norm = NormKind.Layer },
        TestModels.Video with { Bidirectional = false },
        TestModels.Video with { Frames = 1 },
        TestModels.Video with { Frames = 7, Tubelet = 3 },
        TestModels.Video with { Height = 21, Width = 30 },
        TestModels.Video with { ScanOrder = ScanOrder.SpatioTemporalV1 },
        TestModels.Video with { ScanOrder = ScanOrder.SpatioTemporalV2 },
        TestModels.Image with { Stride = 5 },
    }.Select(config => new object[] { config });

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void OutputsHaveTheStatedShapes(object variant)
    {
        var config = (VideoMambaConfig)variant;
        using var model = TestModels.Create(config);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(config);

        Shape([2, config.Classes == 0 ? 16 : 5], model.forward(clips));
        Shape([2, 16], model.Embed(clips, Pooling.Cls));
        Shape([2, 16], model.Embed(clips, Pooling.Mean));
        Shape([2, config.TemporalPositions, 16], model.Embed(clips, Pooling.Frames));
        Shape([2, config.SequenceLength, 16], model.Embed(clips, Pooling.Tokens));
        Shape([2, 16], model.Embed(clips, Pooling.Layer(0)));

        static void Shape(long[] expected, Tensor actual)
        {
            CollectionAssert.AreEqual(expected, actual.shape);
            Assert.AreEqual(ScalarType.Float32, actual.dtype);
        }
    }

    [TestMethod]
    public void PoolingsAgreeWithTheTokens()
    {
        using var model = TestModels.Create(TestModels.Video);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(TestModels.Video);

        var tokens = model.Embed(clips, Pooling.Tokens);

        TestModels.AssertClose(tokens[.., 0], model.Embed(clips, Pooling.Cls));
        TestModels.AssertClose(tokens[.., 0], model.Embed(clips, Pooling.Layer(TestModels.Video.Depth - 1)));
        TestModels.AssertClose(tokens[.., 1..].mean([1]), model.Embed(clips, Pooling.Mean));
        TestModels.AssertClose(tokens[.., 7..13].mean([1]), model.Embed(clips, Pooling.Frames)[.., 1]);
        TestModels.AssertDiffer(tokens[.., 0], model.Embed(clips, Pooling.Layer(0)));
    }

    [TestMethod]
    public void LayerIsTheNormedStreamAfterIt()
    {
        using var model = TestModels.Create(TestModels.Video with { Depth = 3 });
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(TestModels.Video);

        var layers = model.RunLayers(model.EmbedTokens(clips), [2, 0]);

        Assert.HasCount(2, layers);
        TestModels.AssertClose(model.NormTokens(layers[0])[.., 0], model.Embed(clips, Pooling.Layer(0)));
        TestModels.AssertClose(model.NormTokens(layers[1])[.., 0], model.Embed(clips, Pooling.Cls));
    }

    [TestMethod]
    [DataRow("cls")]
    [DataRow("frames")]
    [DataRow("layer:0")]
    public void OnePassGivesScoresAndFeatures(string pooling)
    {
        using var model = TestModels.Create(TestModels.Video);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(TestModels.Video);

        var output = model.Run(clips, Pooling.Parse(pooling));

        TestModels.AssertClose(model.forward(clips), output.Logits);
        TestModels.AssertClose(model.Embed(clips, Pooling.Parse(pooling)), output.Embedding);
        TestModels.AssertClose(model.Classify(model.Embed(clips, Pooling.Cls)), output.Logits);
    }

    [TestMethod]
    public void RowsOfABatchDoNotMix()
    {
        using var model = TestModels.Create(TestModels.Video);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(TestModels.Video, batch: 3);

        var logits = model.forward(clips);

        for (int row = 0; row < 3; row++) TestModels.AssertClose(logits.narrow(0, row, 1), model.forward(clips.narrow(0, row, 1)));
    }

    [TestMethod]
    public void FramesThatFillNoTubeletChangeNothing()
    {
        using var model = TestModels.Create(TestModels.Video with { Frames = 7, Tubelet = 3 });
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(model.Config);
        var changed = clips.clone();
        changed[.., .., 6] += 1;

        TestModels.AssertClose(model.forward(clips), model.forward(changed), tolerance: 0);
        changed[.., .., 5] += 1;
        TestModels.AssertDiffer(model.forward(clips), model.forward(changed));
    }

    [TestMethod]
    public void PatchEmbeddingIsTheConvolution()
    {
        foreach (var config in new[] { TestModels.Video with { Frames = 5, Tubelet = 2, Height = 21 }, TestModels.Image with { Stride = 5 } })
        {
            using var embedding = new PatchEmbedding(config);
            using var scope = NewDisposeScope();
            var clips = TestModels.Pixels(config);
            var (weight, bias) = (embedding.Weight("proj.weight"), embedding.Weight("proj.bias"));
            long step = config.Stride ?? config.PatchSize;

            var convolved = config.IsVideo
                ? nn.functional.conv3d(clips, weight, bias, [config.Tubelet, step, step])
                : nn.functional.conv2d(clips, weight, bias, [step, step]);

            TestModels.AssertClose(convolved.flatten(2).transpose(1, 2), embedding.forward(clips));
        }
    }

    [TestMethod]
    public void SomeOfTheTokensCanRun()
    {
        using var model = TestModels.Create(TestModels.Video);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var tokens = model.EmbedTokens(TestModels.Pixels(TestModels.Video));

        var visible = model.RunLayers(tokens[.., ..7], [1])[0];

        CollectionAssert.AreEqual(new long[] { 2, 7, 16 }, visible.Hidden.shape);
        using var other = TestModels.CreateLike(model, TestModels.Video with { ScanOrder = ScanOrder.TemporalFirst });
        var exception = Assert.ThrowsExactly<ArgumentException>(() => other.RunLayers(tokens[.., ..7], [1]));
        Assert.Contains("19", exception.Message);
        Assert.Contains("7", exception.Message);
    }

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void GradientsReachEveryParameter(object variant)
    {
        var config = (VideoMambaConfig)variant;
        using var model = TestModels.Create(config, training: true);
        using var scope = NewDisposeScope();

        var output = model.Run(TestModels.Pixels(config), Pooling.Tokens);
        ((output.Logits * randn_like(output.Logits)).sum() + (output.Embedding * randn_like(output.Embedding)).sum()).backward();

        foreach (var (name, parameter) in model.named_parameters())
        {
            Assert.IsNotNull(parameter.grad, name);
            Assert.IsGreaterThan(0f, parameter.grad.abs().max().item<float>(), name);
            Assert.IsTrue(parameter.grad.isfinite().all().item<bool>(), name);
        }
    }

    [TestMethod]
    public void BFloat16MatricesKeepTheRest()
    {
        using var model = TestModels.Create(TestModels.Video);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(TestModels.Video);
        var expected = model.Run(clips, Pooling.Mean);

        model.ToActivationType(ScalarType.BFloat16);
        var output = model.Run(clips, Pooling.Mean);
        var layer = model.RunLayers(model.EmbedTokens(clips), [1])[0];

        string[] matrices = ["patch_embed.proj.weight", "head.weight", "in_proj.weight", "x_proj.weight", "x_proj_b.weight", "dt_proj.weight", "dt_proj_b.weight", "out_proj.weight"];
        foreach (var (name, parameter) in model.named_parameters())
        {
            var wanted = matrices.Any(matrix => name.EndsWith(matrix, StringComparison.Ordinal)) ? ScalarType.BFloat16 : ScalarType.Float32;
            Assert.AreEqual(wanted, parameter.dtype, name);
            Assert.IsTrue(parameter.requires_grad, name);
        }

        Assert.AreEqual((ScalarType.BFloat16, ScalarType.Float32), (layer.Hidden.dtype, layer.Residual.dtype));
        Assert.AreEqual((ScalarType.Float32, ScalarType.Float32), (output.Logits.dtype, output.Embedding.dtype));
        TestModels.AssertClose(expected.Logits, output.Logits, tolerance: 0.05);
        TestModels.AssertClose(expected.Embedding, output.Embedding, tolerance: 0.05);
        TestModels.AssertDiffer(expected.Embedding, output.Embedding);
    }

    [TestMethod]
    public void BFloat16TrainsWithFiniteGradients()
    {
        using var model = TestModels.Create(TestModels.Video, training: true).ToActivationType(ScalarType.BFloat16);
        using var scope = NewDisposeScope();

        model.forward(TestModels.Pixels(TestModels.Video)).square().sum().backward();

        Assert.IsTrue(model.parameters().All(parameter => parameter.grad is not null && parameter.grad.isfinite().all().item<bool>()));
    }

    [TestMethod]
    public void WholeModelCanBeRounded()
    {
        using var model = TestModels.Create(TestModels.Video);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(TestModels.Video);
        var expected = model.forward(clips);

        model.to(ScalarType.BFloat16);

        Assert.IsTrue(model.parameters().All(parameter => parameter.dtype == ScalarType.BFloat16));
        TestModels.AssertClose(expected, model.forward(clips), tolerance: 0.1);
    }

    [TestMethod]
    public void RefusesOtherActivationTypes()
    {
        using var model = new VideoMambaModel(TestModels.Video);

        Assert.Contains("Int64", Assert.ThrowsExactly<ArgumentException>(() => model.ToActivationType(ScalarType.Int64)).Message);
    }

    [TestMethod]
    [DataRow(new long[] { 2, 3, 3, 16, 16 }, DisplayName = "Width")]
    [DataRow(new long[] { 2, 3, 4, 16, 24 }, DisplayName = "Frames")]
    [DataRow(new long[] { 2, 1, 3, 16, 24 }, DisplayName = "Channels")]
    [DataRow(new long[] { 3, 3, 16, 24 }, DisplayName = "No batch")]
    [DataRow(new long[] { 0, 3, 3, 16, 24 }, DisplayName = "Empty batch")]
    public void RefusesOtherShapes(long[] shape)
    {
        using var model = new VideoMambaModel(TestModels.Video);
        using var clips = zeros(shape);

        foreach (var run in new Action[] { () => model.forward(clips), () => model.Embed(clips, Pooling.Cls), () => model.Run(clips, Pooling.Cls) })
        {
            var exception = Assert.ThrowsExactly<ArgumentException>(run);
            Assert.AreEqual("clips", exception.ParamName);
            Assert.Contains("3, 3, 16, 24", exception.Message);
            Assert.Contains($"({string.Join(", ", shape)})", exception.Message);
        }
    }

    [TestMethod]
    public void RefusesIntegersAndOtherDevices()
    {
        using var model = new VideoMambaModel(TestModels.Video);
        using var bytes = zeros([1, 3, 3, 16, 24], ScalarType.Byte);
        using var meta = zeros([1, 3, 3, 16, 24], device: new Device(DeviceType.META));

        Assert.Contains("Byte", Assert.ThrowsExactly<ArgumentException>(() => model.forward(bytes)).Message);
        Assert.Contains("meta", Assert.ThrowsExactly<ArgumentException>(() => model.forward(meta)).Message);
    }

    [TestMethod]
    public void RefusesLayersThatAreNotThere()
    {
        using var model = new VideoMambaModel(TestModels.Video);
        using var clips = TestModels.Pixels(TestModels.Video);
        using var tokens = zeros(1, 19, 16);
        using var narrow = zeros(1, 19, 15);

        Assert.Contains("layer:2", Assert.ThrowsExactly<ArgumentException>(() => model.Embed(clips, Pooling.Layer(2))).Message);
        Assert.ThrowsExactly<ArgumentException>(() => model.RunLayers(tokens, []));
        Assert.Contains("[1, 2]", Assert.ThrowsExactly<ArgumentException>(() => model.RunLayers(tokens, [1, 2])).Message);
        Assert.Contains("(1, 19, 15)", Assert.ThrowsExactly<ArgumentException>(() => model.RunLayers(narrow, [1])).Message);
    }

    [TestMethod]
    public void RefusesAnInvalidConfiguration() =>
        Assert.AreEqual("DropPath", Assert.ThrowsExactly<ArgumentException>(() => new VideoMambaModel(TestModels.Video with { DropPath = 1 })).ParamName);

    [TestMethod]
    public void SurvivesTheScopeItIsBuiltIn()
    {
        VideoMambaModel model;
        using (NewDisposeScope()) model = TestModels.Create(TestModels.Video with { ScanOrder = ScanOrder.Alternating });
        using (NewDisposeScope()) model.forward(TestModels.Pixels(TestModels.Video));
        using (model)
        using (NewDisposeScope())
        {
            CollectionAssert.AreEqual(new long[] { 2, 5 }, model.forward(TestModels.Pixels(TestModels.Video)).shape);
        }
    }
}
