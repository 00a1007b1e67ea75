using Microsoft.ML.VideoMamba.Models.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

[TestClass]
public sealed class CheckpointConfigTests : TorchTests
{
    public static IEnumerable<object[]> Configs =>
    [
        [TestModels.Video],
        [TestModels.Image],
        [TestModels.Video with { Tubelet = 2, Frames = 6, Classes = 0 }],
        [TestModels.Video with { StateSize = 3, ConvWidth = 2, Expand = 1, DtRankOverride = 5, Channels = 1, Norm = NormKind.Layer, Bidirectional = false, Depth = 11 }],
        [TestModels.Image with { Height = 24, Width = 24, PatchSize = 8 }],
    ];

    public static IEnumerable<object[]> OwnConfigs =>
    [
        [TestModels.Video with { Height = 8, Width = 16, ScanOrder = ScanOrder.SpatioTemporalV2, DropPath = 0.25, HeadDropout = 0.5, NormEpsilon = 1e-6, CheckpointedLayers = 1, DtInitialization = DtInitialization.Proper }],
        [TestModels.Video with { Tubelet = 2, Frames = 5 }],
        [TestModels.Image with { Stride = 2, Height = 10, Width = 9 }],
        [TestModels.Video with { DtRankOverride = 1, Stride = 4 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Configs))]
    public void ReadsForeignFilesOffTheirShapes(VideoMambaConfig config)
    {
        using var model = new VideoMambaModel(config);
        using var checkpoint = TestModels.OpenPyTorch(model, "model", name => "module." + name);
        Assert.AreEqual(config, CheckpointConfig.Read(checkpoint));
    }

    [TestMethod]
    [DynamicData(nameof(Configs))]
    [DynamicData(nameof(OwnConfigs))]
    public void ReadsOwnFilesWhole(VideoMambaConfig config)
    {
        using var model = new VideoMambaModel(config);
        using var checkpoint = TestModels.OpenSafetensors(model);
        Assert.AreEqual(config, CheckpointConfig.Read(checkpoint));
    }

    [TestMethod]
    public void ReadsThePublishedLayouts()
    {
        using var image = new VideoMambaModel(VideoMambaConfig.Tiny with { IsVideo = false, Frames = 1, Classes = 1000, Depth = 2 });
        using var imageFile = TestModels.OpenPyTorch(image, "model");
        Assert.AreEqual(image.Config, CheckpointConfig.Read(imageFile));

        using var video = new VideoMambaModel(VideoMambaConfig.Tiny with { Frames = 16, Depth = 2 });
        using var videoFile = TestModels.OpenPyTorch(video);
        Assert.AreEqual(video.Config, CheckpointConfig.Read(videoFile));

        using var masked = new VideoMambaModel(VideoMambaConfig.Tiny with { Classes = 0, Depth = 2 });
        using var maskedFile = TestModels.OpenPyTorch(masked, "model", name => "encoder." + name.Replace("norm_f.", "norm.", StringComparison.Ordinal));
        Assert.AreEqual(masked.Config, CheckpointConfig.Read(maskedFile));
    }

    [TestMethod]
    public void TakesWhatTheUserSays()
    {
        using var model = new VideoMambaModel(TestModels.Video with { Height = 8, Width = 16, Tubelet = 2, Frames = 5 });
        using var checkpoint = TestModels.OpenPyTorch(model);
        Assert.Contains("not a square", Assert.ThrowsExactly<CheckpointException>(() => CheckpointConfig.Read(checkpoint)).Message);
        Assert.AreEqual(
            model.Config with { ScanOrder = ScanOrder.TemporalFirst },
            CheckpointConfig.Read(checkpoint, new() { Width = 16, Frames = 5, ScanOrder = ScanOrder.TemporalFirst }));

        using var dense = new VideoMambaModel(TestModels.Image with { Stride = 2 });
        using var denseFile = TestModels.OpenPyTorch(dense);
        Assert.AreEqual(dense.Config, CheckpointConfig.Read(denseFile, new() { Stride = 2 }));
    }

    [TestMethod]
    public void RefusesWhatContradictsTheShapes()
    {
        using var video = new VideoMambaModel(TestModels.Video);
        using var image = new VideoMambaModel(TestModels.Image);
        using var videoFile = TestModels.OpenPyTorch(video);
        using var imageFile = TestModels.OpenPyTorch(image);
        using var ownFile = TestModels.OpenSafetensors(video);
        RefuseSaid(videoFile, new() { Frames = 8 }, "temporal_pos_embedding");
        RefuseSaid(videoFile, new() { Height = 12 }, "pos_embed");
        RefuseSaid(videoFile, new() { Height = 3 }, "pos_embed");
        RefuseSaid(videoFile, new() { Height = 8, Width = 12 }, "pos_embed");
        RefuseSaid(videoFile, new() { Stride = 2 }, null);
        RefuseSaid(videoFile, new() { Stride = 0 }, "patch_embed.proj.weight");
        RefuseSaid(imageFile, new() { Frames = 8 }, "patch_embed.proj.weight");
        RefuseSaid(ownFile, new() { ScanOrder = ScanOrder.TemporalFirst }, CheckpointMetadata.ConfigKey);
        Assert.AreEqual(TestModels.Video, CheckpointConfig.Read(ownFile, new() { Stride = 4, Frames = 4, Height = 8, Width = 8, ScanOrder = ScanOrder.SpatialFirst }));
    }

    [TestMethod]
    [DataRow("layers.1.mixer.D", "is missing", DisplayName = "a layer lacks a tensor")]
    [DataRow("layers.0.", "no tensor 'layers.0", DisplayName = "a layer is missing")]
    [DataRow("patch_embed.proj.weight", "is not a VideoMamba", DisplayName = "no patches")]
    [DataRow("temporal_pos_embedding", "is not a VideoMamba", DisplayName = "no time")]
    public void RefusesWhatLacksATensor(string lacking, string reason)
    {
        using var model = new VideoMambaModel(TestModels.Video);
        using var checkpoint = TestModels.Open(PyTorchFile.Write(model.state_dict().Where(item => !item.Key.StartsWith(lacking, StringComparison.Ordinal))));
        Assert.IsFalse(CheckpointConfig.TryRead(checkpoint, out var config, out string said));
        Assert.IsNull(config);
        Assert.Contains(reason, said);
    }

    [TestMethod]
    public void RefusesLayersOfDifferentShapes()
    {
        using var scope = NewDisposeScope();
        using var model = new VideoMambaModel(TestModels.Video);
        var tensors = model.state_dict();
        tensors["layers.1.mixer.D"] = ones(3);
        using var checkpoint = TestModels.Open(PyTorchFile.Write(tensors));
        Assert.AreEqual("layers.1.mixer.D", Assert.ThrowsExactly<CheckpointException>(() => CheckpointConfig.Read(checkpoint)).Entry);
    }

    [TestMethod]
    [DataRow("""{"embed_dim":8,"depth":3,"state_size":4,"frames":4,"height":8,"width":8,"patch_size":4,"classes":5}""", "contradicts", DisplayName = "contradicts the shapes")]
    [DataRow("""{"embed_dim":0}""", "EmbedDim", DisplayName = "not valid")]
    [DataRow("""{"spiral":true}""", "cannot be read", DisplayName = "from a later version")]
    [DataRow("""{"scan_order":"spiral"}""", "cannot be read", DisplayName = "unknown order")]
    [DataRow("null", "is null", DisplayName = "null")]
    [DataRow("{", "cannot be read", DisplayName = "not JSON")]
    public void RefusesBrokenMetadata(string json, string reason)
    {
        using var model = new VideoMambaModel(TestModels.Video);
        using var folder = new TestCommon.TemporaryFolder();
        CheckpointWriter.Save(folder["x.safetensors"], model.state_dict(), new Dictionary<string, string> { [CheckpointMetadata.ConfigKey] = json, [CheckpointMetadata.LabelsKey] = "[1]" });
        using var checkpoint = Checkpoint.Open(folder["x.safetensors"]);
        var error = Assert.ThrowsExactly<CheckpointException>(() => CheckpointConfig.Read(checkpoint));
        Assert.AreEqual(CheckpointMetadata.ConfigKey, error.Entry);
        Assert.Contains(reason, error.Message);
        Assert.AreEqual(CheckpointMetadata.LabelsKey, Assert.ThrowsExactly<CheckpointException>(() => CheckpointMetadata.ReadLabels(checkpoint)).Entry);
    }

    private static void RefuseSaid(Checkpoint checkpoint, ConfigOverrides overrides, string? entry) =>
        Assert.AreEqual(entry, Assert.ThrowsExactly<CheckpointException>(() => CheckpointConfig.Read(checkpoint, overrides)).Entry);
}
