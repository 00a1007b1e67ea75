using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class VideoMambaTrainerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void TrainsFromAFolderOfClipsAndIsLoadedAgain()
    {
        using var folder = new TinyClips();
        using var output = new TemporaryFolder();
        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read(folder.Folder));
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideoFrames("Video", "Path"))
            .Append(ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 8)))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(clips);
        ml.Model.Save(model, clips.Schema, output["model.zip"]);

        var loaded = new MLContext().Model.Load(output["model.zip"], out var schema);
        var before = ml.Data.CreateEnumerable<Prediction>(model.Transform(clips), false).ToArray();
        var after = ml.Data.CreateEnumerable<Prediction>(loaded.Transform(clips), false).ToArray();

        Assert.IsNotNull(schema.GetColumnOrNull("Path"));
        for (int i = 0; i < before.Length; i++) CollectionAssert.AreEqual(before[i].Score, after[i].Score);
        foreach (var row in before) Assert.AreEqual(1f, row.Score.Sum(), 1e-5f);
        Assert.IsGreaterThan(0.8, before.Zip(VideoFolder.Read(folder.Folder)).Average(pair => pair.First.PredictedLabel == pair.Second.Label ? 1.0 : 0.0));
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
