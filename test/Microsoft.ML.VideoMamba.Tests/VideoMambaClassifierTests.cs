using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Video.Transforms;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class VideoMambaClassifierTests
{
    private static readonly string[] s_labels = ["coin", "plant", "ocean"];

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void ScoresWithACheckpoint()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        var pipeline = _ml.Transforms.ClassifyVideo(checkpoint.Path, s_labels).Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

        var data = pipeline.Fit(clips).Transform(clips);

        float[][] scores = [.. data.GetColumn<float[]>("Score")];
        var rows = _ml.Data.CreateEnumerable<ClipRow>(clips, reuseRowObject: false).ToArray();
        string[] predicted = [.. data.GetColumn<string>("PredictedLabel")];
        for (int i = 0; i < rows.Length; i++)
        {
            float[] expected = Expected(checkpoint, rows[i]);
            for (int c = 0; c < 3; c++) Assert.AreEqual(expected[c], scores[i][c], 1e-5f);
            Assert.AreEqual(s_labels[Array.IndexOf(expected, expected.Max())], predicted[i]);
        }
    }

    [TestMethod]
    public void TakesTheFilesOwnLabels()
    {
        using var checkpoint = new TinyCheckpoint(labels: s_labels);
        var clips = TinyTrainer.Clips(_ml);

        CollectionAssert.AreEqual(s_labels, _ml.Transforms.ClassifyVideo(checkpoint.Path).Fit(clips).Labels!.ToArray());
    }

    [TestMethod]
    public void KnowsNoLabelsWhereThereAreNone()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        var model = _ml.Transforms.ClassifyVideo(checkpoint.Path).Fit(clips);

        Assert.IsNull(model.Labels);
        foreach (uint key in model.Transform(clips).GetColumn<uint>("PredictedLabel")) Assert.IsTrue(key is >= 1 and <= 3);
    }

    [TestMethod]
    public void SavesAndLoads()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        var model = _ml.Transforms.ClassifyVideo(new() { Checkpoint = checkpoint.Path, ScoreColumnName = "Probabilities", BatchSize = 2 }, s_labels).Fit(clips);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, clips.Schema, stream);

        var (before, after) = (model.Transform(clips), new MLContext().Model.Load(stream, out _).Transform(clips));

        Assert.AreEqual(SchemaAssert.Describe(before), SchemaAssert.Describe(after));
        CollectionAssert.AreEqual(before.GetColumn<float[]>("Probabilities").Last(), after.GetColumn<float[]>("Probabilities").Last());
    }

    [TestMethod]
    public void ScoresInBFloat16AndStaysSoWhenSaved()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        var model = _ml.Transforms.ClassifyVideo(new() { Checkpoint = checkpoint.Path, Precision = InferencePrecision.BFloat16, Device = "cpu" }, s_labels).Fit(clips);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, clips.Schema, stream);

        float[][] scores = [.. model.Transform(clips).GetColumn<float[]>("Score")];
        float[][] restored = [.. new MLContext().Model.Load(stream, out _).Transform(clips).GetColumn<float[]>("Score")];

        float[][] expected = [.. _ml.Data.CreateEnumerable<ClipRow>(clips, reuseRowObject: false).Select(row => Expected(checkpoint, row))];
        float largest = scores.Zip(expected).Max(pair => pair.First.Zip(pair.Second, (a, b) => Math.Abs(a - b)).Max());
        Assert.IsLessThan(0.1f, largest);
        Assert.AreEqual(KernelFaces.HasBFloat16Products, largest > 1e-5f, "rounded where the CPU multiplies bfloat16, else float32");
        for (int i = 0; i < scores.Length; i++) CollectionAssert.AreEqual(scores[i], restored[i]);
    }

    [TestMethod]
    public void NamesTheSchemaItPutsOut()
    {
        using var checkpoint = new TinyCheckpoint();
        SchemaAssert.AgreesWithData(_ml.Transforms.ClassifyVideo(checkpoint.Path, s_labels), TinyTrainer.Clips(_ml));
        SchemaAssert.AgreesWithData(_ml.Transforms.ClassifyVideo(checkpoint.Path), TinyTrainer.Clips(_ml));
    }

    [TestMethod]
    public void SaysWhatIsWrong()
    {
        using var checkpoint = new TinyCheckpoint();
        using var headless = new TinyCheckpoint(config => config with { Classes = 0 });
        var clips = TinyTrainer.Clips(_ml);

        Assert.Contains("has 3 classes; 2 labels", Assert.ThrowsExactly<ArgumentException>(() => _ml.Transforms.ClassifyVideo(checkpoint.Path, ["a", "b"]).Fit(clips)).Message);
        Assert.Contains("has no head", Assert.ThrowsExactly<InvalidOperationException>(() => _ml.Transforms.ClassifyVideo(headless.Path).Fit(clips)).Message);
        Assert.Contains("Could not find feature column 'Nope'", Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.ClassifyVideo(checkpoint.Path, s_labels, "Nope").Fit(clips)).Message);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.ClassifyVideo(new() { Checkpoint = checkpoint.Path, BatchSize = 0 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.ClassifyVideo(new() { Checkpoint = checkpoint.Path, Precision = (InferencePrecision)2 }));
    }

    private static float[] Expected(TinyCheckpoint checkpoint, ClipRow row)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        return checkpoint.Model.forward(TinyCheckpoint.Input(ClipTransform.Test(16, views: 1).Apply(row.Video!))).softmax(1).data<float>().ToArray();
    }
}
