using Microsoft.ML.VideoMamba.Models.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

[TestClass]
public sealed class CheckpointLoaderTests : TorchTests
{
    [TestMethod]
    public void LoadsEveryTensor()
    {
        using var source = TestModels.Random(TestModels.Video);
        using var checkpoint = TestModels.OpenPyTorch(source, "module", name => name.StartsWith("layers.0", StringComparison.Ordinal) ? "module.backbone." + name : name);
        using var model = new VideoMambaModel(TestModels.Video);
        var report = CheckpointLoader.Load(model, checkpoint);
        TestModels.AssertSameWeights(source, model);
        Assert.AreEqual($"{source.state_dict().Count} tensors loaded", report.ToString());
    }

    [TestMethod]
    public void CastsIntoTheModelsTypes()
    {
        using var source = TestModels.Random(TestModels.Video);
        using var checkpoint = TestModels.OpenPyTorch(source);
        using var model = new VideoMambaModel(TestModels.Video).ToActivationType(ScalarType.BFloat16);
        CheckpointLoader.Load(model, checkpoint);
        TestModels.AssertSameWeights(source.ToActivationType(ScalarType.BFloat16), model);
    }

    [TestMethod]
    public void LoadsMaskedPretraining()
    {
        using var scope = NewDisposeScope();
        using var source = TestModels.Random(TestModels.Video with { Classes = 0 });
        var tensors = source.state_dict().ToDictionary(item => "encoder." + item.Key.Replace("norm_f.", "norm.", StringComparison.Ordinal), item => item.Value);
        tensors["clip_teacher.proj"] = tensors["encoder.clip_decoder.0.head.weight"] = ones(2, 2);
        using var checkpoint = TestModels.Open(PyTorchFile.Write(tensors, "model"));

        using var features = new VideoMambaModel(source.Config);
        var report = CheckpointLoader.Load(features, checkpoint);
        TestModels.AssertSameWeights(source, features);
        Assert.AreEqual("stored as norm.weight", report.Adapted["norm_f.weight"]);
        CollectionAssert.AreEquivalent(new[] { "clip_teacher.proj", "clip_decoder.0.head.weight" }, report.Dropped.Keys.ToArray());

        using var classifier = new VideoMambaModel(TestModels.Video);
        Refuse("2 missing: head.weight, head.bias", classifier, checkpoint, new());
        CollectionAssert.AreEquivalent(new[] { "head.weight", "head.bias" }, CheckpointLoader.Load(classifier, checkpoint, new() { Head = HeadLoading.DropOnMismatch }).Kept.Keys.ToArray());
    }

    [TestMethod]
    public void ListsWhatIsMissingAndUnexpectedAndChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var source = TestModels.Random(TestModels.Video);
        var tensors = source.state_dict();
        tensors.Remove("layers.1.mixer.D");
        tensors["extra.weight"] = ones(1);
        using var checkpoint = TestModels.Open(PyTorchFile.Write(tensors));
        using var model = TestModels.Random(TestModels.Video);
        var before = model.state_dict().ToDictionary(item => item.Key, item => item.Value.clone());

        Refuse("1 missing: layers.1.mixer.D; 1 unexpected: extra.weight", model, checkpoint, new());
        foreach (var (name, value) in model.state_dict()) TestModels.AssertSame(before[name], value, name);

        var report = CheckpointLoader.Load(model, checkpoint, new() { Strict = false });
        CollectionAssert.AreEqual(new[] { "layers.1.mixer.D" }, report.Missing.ToArray());
        CollectionAssert.AreEqual(new[] { "extra.weight" }, report.Unexpected.ToArray());
        TestModels.AssertSame(before["layers.1.mixer.D"], model.state_dict()["layers.1.mixer.D"], "D");
        Assert.Contains("missing: layers.1.mixer.D\nunexpected: extra.weight", report.ToString());
    }

    [TestMethod]
    public void RefusesShapesThatCannotBeAdapted()
    {
        using var source = TestModels.Random(TestModels.Video);
        using var checkpoint = TestModels.OpenPyTorch(source);
        Refuse("patch_embed.proj.weight: its shape is (8, 3, 1, 4, 4), but the model needs (8, 3, 2, 4, 4)", new VideoMambaModel(TestModels.Video with { Tubelet = 2 }), checkpoint, new() { Strict = false });
        Refuse("head.weight: its shape is (5, 8), but the model needs (6, 8)", new VideoMambaModel(TestModels.Video with { Classes = 6 }), checkpoint, new());
        Refuse("head.weight", new VideoMambaModel(TestModels.Video with { Classes = 6 }), checkpoint, new() { Head = HeadLoading.FirstRows });
        Refuse("A_log", new VideoMambaModel(TestModels.Video with { StateSize = 5 }), checkpoint, new());
        Refuse("cls_token", new VideoMambaModel(TestModels.Video with { EmbedDim = 16 }), checkpoint, new());
        Refuse("unexpected: layers.1.mixer.A_log, ", new VideoMambaModel(TestModels.Video with { Depth = 1 }), checkpoint, new());
        Refuse("missing: layers.2.mixer.A_log, ", new VideoMambaModel(TestModels.Video with { Depth = 3 }), checkpoint, new());
    }

    [TestMethod]
    public void HandlesHeadsAsTold()
    {
        using var source = TestModels.Random(TestModels.Video);
        using var checkpoint = TestModels.OpenPyTorch(source);
        using var model = TestModels.Random(TestModels.Video with { Classes = 3 });
        using var own = model.state_dict()["head.weight"].clone();
        foreach (var head in new[] { HeadLoading.Drop, HeadLoading.DropOnMismatch })
        {
            Assert.AreEqual("the checkpoint's head has 5 classes, the model's 3", CheckpointLoader.Load(model, checkpoint, new() { Head = head }).Kept["head.weight"]);
            TestModels.AssertSame(own, model.state_dict()["head.weight"], "head");
        }

        Assert.AreEqual("the first 3 of 5 classes", CheckpointLoader.Load(model, checkpoint, new() { Head = HeadLoading.FirstRows }).Adapted["head.bias"]);
        using var rows = source.state_dict()["head.weight"].narrow(0, 0, 3);
        TestModels.AssertSame(rows, model.state_dict()["head.weight"], "head");

        using var same = new VideoMambaModel(TestModels.Video);
        CheckpointLoader.Load(same, checkpoint, new() { Head = HeadLoading.DropOnMismatch });
        TestModels.AssertSameWeights(source, same);
        using var headless = new VideoMambaModel(TestModels.Video with { Classes = 0 });
        CollectionAssert.AreEquivalent(new[] { "head.weight", "head.bias" }, CheckpointLoader.Load(headless, checkpoint).Dropped.Keys.ToArray());
    }

    [TestMethod]
    public void InflatesAnImageModelOfAnotherSize()
    {
        using var source = TestModels.Random(TestModels.Image);
        using var checkpoint = TestModels.OpenPyTorch(source, "model");
        using var model = TestModels.Random(TestModels.Video with { Frames = 6, Tubelet = 3, Height = 16, Width = 12 });
        var report = CheckpointLoader.Load(model, checkpoint);
        CollectionAssert.AreEquivalent(new[] { "pos_embed", "patch_embed.proj.weight" }, report.Adapted.Keys.ToArray());
        Assert.AreEqual("bicubic from 2x2 to 4x3 patches", report.Adapted["pos_embed"]);
        Assert.AreEqual("inflated to 3 frames, centre", report.Adapted["patch_embed.proj.weight"]);
        CollectionAssert.AreEqual(new[] { "temporal_pos_embedding" }, report.Kept.Keys.ToArray());
    }

    [TestMethod]
    public void ResizesFromTheGridThatItsOwnFileNames()
    {
        // 2x8 patches are as many as 4x4: only the file's configuration tells them apart.
        using var source = TestModels.Random(TestModels.Video with { Height = 8, Width = 32 });
        using var model = new VideoMambaModel(TestModels.Video with { Height = 16, Width = 16 });
        using var own = TestModels.OpenSafetensors(source);
        Assert.AreEqual("bicubic from 2x8 to 4x4 patches", CheckpointLoader.Load(model, own).Adapted["pos_embed"]);

        using var foreign = TestModels.OpenPyTorch(source);
        Assert.IsFalse(CheckpointLoader.Load(new VideoMambaModel(source.Config), foreign).Adapted.ContainsKey("pos_embed"));
        using var odd = TestModels.OpenPyTorch(TestModels.Random(TestModels.Video with { Height = 8, Width = 12 }));
        Refuse("are not a grid", model, odd, new());
    }

    [TestMethod]
    [DoNotParallelize]
    public void LeavesNoTensorsBehind()
    {
        using var source = TestModels.Random(TestModels.Image);
        using var checkpoint = TestModels.OpenPyTorch(source);
        using var model = new VideoMambaModel(TestModels.Video with { Tubelet = 2, Height = 12, Width = 12 });
        CheckpointLoader.Load(model, checkpoint);
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        for (int i = 0; i < 5; i++) CheckpointLoader.Load(model, checkpoint);
        using (var scope = NewDisposeScope())
        {
            foreach (var tensor in checkpoint.Tensors) checkpoint.Read(tensor);
        }

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private static void Refuse(string reason, VideoMambaModel model, Checkpoint checkpoint, LoadOptions options)
    {
        var error = Assert.ThrowsExactly<CheckpointException>(() => CheckpointLoader.Load(model, checkpoint, options));
        Assert.Contains(reason, error.Message);
        Assert.StartsWith("test.pth: ", error.Message);
    }
}
