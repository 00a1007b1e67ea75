using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

[TestClass]
public sealed class CheckpointWriterTests : TorchTests
{
    private static readonly string[] s_labels = ["éclair", "\"quoted\"", "c", "d", "e"];

    [TestMethod]
    public void AFileAloneIsEnoughToBuildTheModelAgain()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var source = TestModels.Random(TestModels.Video with { ScanOrder = ScanOrder.TemporalFirst, Width = 12 });
        CheckpointWriter.Save(source, folder["m.safetensors"], s_labels);

        using var checkpoint = Checkpoint.Open(folder["m.safetensors"]);
        using var model = new VideoMambaModel(CheckpointConfig.Read(checkpoint));
        CheckpointLoader.Load(model, checkpoint);
        CollectionAssert.AreEqual(s_labels, CheckpointMetadata.ReadLabels(checkpoint)!.ToArray());
        var clip = randn([1, 3, 4, 8, 12]);
        source.eval();
        model.eval();
        TestModels.AssertSame(source.forward(clip), model.forward(clip), "logits");
    }

    [TestMethod]
    public void ConvertsPyTorchFiles()
    {
        using var folder = new TemporaryFolder();
        using var source = TestModels.Random(TestModels.Image with { Stride = 2 });
        File.WriteAllBytes(folder["in.pth"], PyTorchFile.Write(source.state_dict().Select(item => KeyValuePair.Create("module." + item.Key, item.Value)), "model_ema"));
        var config = CheckpointWriter.Convert(folder["in.pth"], folder["out.safetensors"], "model_ema", new() { Stride = 2 });
        Assert.AreEqual(source.Config, config);
        AssertHolds(folder["out.safetensors"], source);

        Assert.AreEqual(source.Config, CheckpointWriter.Convert(folder["out.safetensors"], folder["again.safetensors"]));
        CollectionAssert.AreEqual(File.ReadAllBytes(folder["out.safetensors"]), File.ReadAllBytes(folder["again.safetensors"]));
    }

    [TestMethod]
    public void KeepsLabelsWhenItConverts()
    {
        using var folder = new TemporaryFolder();
        using var source = TestModels.Random(TestModels.Video);
        CheckpointWriter.Save(source, folder["in.safetensors"], s_labels);
        CheckpointWriter.Convert(folder["in.safetensors"], folder["out.safetensors"]);
        using var checkpoint = Checkpoint.Open(folder["out.safetensors"]);
        CollectionAssert.AreEqual(s_labels, CheckpointMetadata.ReadLabels(checkpoint)!.ToArray());
    }

    [TestMethod]
    public void ConvertsWhatIsNoVideoMamba()
    {
        using var folder = new TemporaryFolder();
        using var values = arange(6, ScalarType.Float32).reshape(2, 3);
        File.WriteAllBytes(folder["in.pth"], PyTorchFile.Write([KeyValuePair.Create("w", values)]));
        Assert.IsNull(CheckpointWriter.Convert(folder["in.pth"], folder["out.safetensors"]));
        using var checkpoint = Checkpoint.Open(folder["out.safetensors"]);
        using var got = checkpoint.Read("w");
        TestModels.AssertSame(values, got, "w");
        Assert.ThrowsExactly<CheckpointException>(() => CheckpointWriter.Convert(folder["in.pth"], folder["other.safetensors"], overrides: new() { Frames = 8 }));
        Assert.IsFalse(File.Exists(folder["other.safetensors"]));
    }

    [TestMethod]
    public void RefusesBadArguments()
    {
        using var folder = new TemporaryFolder();
        using var model = new VideoMambaModel(TestModels.Video);
        Assert.Contains(".pth", Assert.ThrowsExactly<ArgumentException>(() => CheckpointWriter.Convert("a.safetensors", "b.pth")).Message);
        Assert.ThrowsExactly<ArgumentException>(() => CheckpointWriter.Convert("a.safetensors", "./a.safetensors"));
        Assert.Contains("2 labels for 5 classes", Assert.ThrowsExactly<ArgumentException>(() => CheckpointWriter.Save(model, folder["x.safetensors"], ["a", "b"])).Message);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.FullName));
    }

    [TestMethod]
    public void LeavesNothingBehindWhenTheInputIsDamaged()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.pth"], PyTorchFile.Archive(
            new PickleBuilder().Op('}').Text("w").Tensor("FloatStorage", "0", 3, 0, [3], [1]).Op('s').Stop(),
            [new StoredZip.Entry("archive/data/0", new byte[12]) { Crc = 1 }]));
        Assert.Contains("in.pth", Assert.ThrowsExactly<CheckpointException>(() => CheckpointWriter.Convert(folder["in.pth"], folder["out.safetensors"])).Message);
        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.FullName));
    }

    private static void AssertHolds(string path, VideoMambaModel source)
    {
        using var checkpoint = Checkpoint.Open(path);
        using var model = new VideoMambaModel(CheckpointConfig.Read(checkpoint));
        CheckpointLoader.Load(model, checkpoint);
        TestModels.AssertSameWeights(source, model);
    }
}
