using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Video.Transforms;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class VideoMambaEmbedderTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(PoolingKind.Cls, null, "16")]
    [DataRow(PoolingKind.Mean, null, "16")]
    [DataRow(PoolingKind.Frames, null, "4 16")]
    [DataRow(PoolingKind.Tokens, null, "17 16")]
    [DataRow(PoolingKind.Layer, 1, "16")]
    public void GivesWhatTheNetworkGives(PoolingKind pooling, int? layer, string dimensions)
    {
        using var checkpoint = new TinyCheckpoint();
        var options = new VideoMambaEmbedder.Options { Checkpoint = checkpoint.Path, Pooling = pooling, Layer = layer, Device = "cpu" };
        var clips = TinyTrainer.Clips(_ml);

        var data = _ml.Transforms.VideoMambaEmbedding(options).Fit(clips).Transform(clips);

        Assert.AreEqual(dimensions, string.Join(' ', ((VectorDataViewType)data.Schema["Features"].Type).Dimensions));
        var rows = data.GetColumn<float[]>("Features").ToArray();
        var expected = Expected(checkpoint, _ml.Data.CreateEnumerable<ClipRow>(clips, reuseRowObject: false).ElementAt(4), pooling, layer);
        for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], rows[4][i], 1e-4f);
    }

    [TestMethod]
    public void EmbedsWithATrainedModel()
    {
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips);

        var whole = _ml.Transforms.VideoMambaEmbedding("Features", "Video", model).Fit(clips).Transform(clips);
        var part = _ml.Transforms.VideoMambaEmbedding("Features", "Video", model.LastTransformer, PoolingKind.Layer, layer: 0).Fit(clips).Transform(clips);

        Assert.HasCount(192, whole.GetColumn<float[]>("Features").First());
        CollectionAssert.AreEqual(whole.GetColumn<float[]>("Features").First(), part.GetColumn<float[]>("Features").First(), "the only layer is the last");
    }

    [TestMethod]
    public void FeedsOtherTrainers()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint.Path, PoolingKind.Mean))
            .Append(_ml.Transforms.NormalizeMeanVariance("Features"))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());

        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(pipeline.Fit(clips).Transform(clips)).MicroAccuracy);
    }

    [TestMethod]
    public void SavesAndLoads()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        var model = _ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint.Path, PoolingKind.Frames).Fit(clips);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, clips.Schema, stream);

        var (before, after) = (model.Transform(clips), new MLContext().Model.Load(stream, out _).Transform(clips));

        CollectionAssert.AreEqual(before.GetColumn<float[]>("Features").Last(), after.GetColumn<float[]>("Features").Last());
    }

    [TestMethod]
    public void RunsAnImageModelOnSingleFrames()
    {
        using var checkpoint = new TinyCheckpoint(config => config with { IsVideo = false, Frames = 1 });
        var clips = _ml.Data.LoadFromEnumerable([new ClipRow { Video = TinyClips.Make(0, 1, frames: 1, side: 16) }]);

        var data = _ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint.Path).Fit(clips).Transform(clips);

        Assert.HasCount(16, data.GetColumn<float[]>("Features").Single());
    }

    [TestMethod]
    public void RunsAtAnotherLengthAndSize()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);

        var model = _ml.Transforms.VideoMambaEmbedding(new() { Checkpoint = checkpoint.Path, Frames = 2, ImageSize = 24 }).Fit(clips);

        Assert.AreEqual((2, 24, 24), (model.Config.Frames, model.Config.Height, model.Config.Width));
        Assert.HasCount(16, model.Transform(clips).GetColumn<float[]>("Features").First());
    }

    [TestMethod]
    public void NamesTheSchemaItPutsOut()
    {
        using var checkpoint = new TinyCheckpoint();
        SchemaAssert.AgreesWithData(_ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint.Path), TinyTrainer.Clips(_ml));
    }

    [TestMethod]
    public void SaysWhatIsWrong()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        string media = Path.Combine(TestCommon.RepositoryPaths.Media, "broken", "text.mp4");

        Assert.Contains("none.pth", Assert.ThrowsExactly<FileNotFoundException>(() => _ml.Transforms.VideoMambaEmbedding("F", "Video", "none.pth")).Message);
        Assert.Contains("text.mp4", Assert.ThrowsExactly<CheckpointException>(() => _ml.Transforms.VideoMambaEmbedding("F", "Video", media).Fit(clips)).Message);
        Assert.Contains("layers are 0 to 2", Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.VideoMambaEmbedding(new() { Checkpoint = checkpoint.Path, Pooling = PoolingKind.Layer, Layer = 3 }).Fit(clips)).Message);
        Assert.Contains("Layer goes with Pooling Layer", Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.VideoMambaEmbedding(new() { Checkpoint = checkpoint.Path, Layer = 1 })).Message);
        Assert.Contains("Could not find feature column 'Nope'", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.VideoMambaEmbedding("F", "Nope", checkpoint.Path).Fit(clips)).Message);
        Assert.Contains("holds no trained VideoMamba", Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.VideoMambaEmbedding("F", "Video", _ml.Transforms.LoadVideoFrames("Video", "Label").Fit(clips))).Message);
    }

    private static float[] Expected(TinyCheckpoint checkpoint, ClipRow row, PoolingKind pooling, int? layer)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var input = TinyCheckpoint.Input(ClipTransform.Test(16, views: 1).Apply(row.Video!));
        var chosen = layer is { } index ? Pooling.Layer(index) : Pooling.Parse(pooling.ToString());
        return checkpoint.Model.Embed(input, chosen).data<float>().ToArray();
    }
}
