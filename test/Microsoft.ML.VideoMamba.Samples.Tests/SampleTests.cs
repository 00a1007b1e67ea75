using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Samples.Tests;

/// <summary>Every sample runs, with small sizes, and says what it promises.</summary>
[TestClass]
public sealed class SampleTests
{
    [TestMethod]
    public void QuickStartLearnsRendersSavesAndUses()
    {
        using var videos = new ColouredVideos(perClass: 1);
        string output = videos["quick start"];

        var (exitCode, text, error) = SampleProgram.Run("QuickStart", "--clips", "1", "--epochs", "1", "--output", output);

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("held-out accuracy", text);
        Assert.Contains("control:", text);
        Assert.Contains("coin.mov", text);
        foreach (string file in new[] { "model.zip", "curves.png", "confusion.png", "clips.png" }) Assert.IsTrue(File.Exists(Path.Combine(output, file)), file);
    }

    [TestMethod]
    public void QuickStartLearnsAUsersFolder()
    {
        using var videos = new ColouredVideos(perClass: 6);

        var (exitCode, text, error) = SampleProgram.Run("QuickStart", videos.Folder, "--epochs", "2", "--output", videos["output"]);

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("2 classes", text);
        Assert.DoesNotContain("coin.mov", text);
    }

    [TestMethod]
    public void FineTuneStartsFromACheckpoint()
    {
        using var videos = new ColouredVideos(perClass: 6);
        WriteCheckpoint(videos["small weights.safetensors"]);

        var (exitCode, text, error) = SampleProgram.Run("FineTune", videos["small weights.safetensors"], videos.Folder, videos["model.zip"], "2");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("held-out accuracy", text);
        Assert.IsTrue(File.Exists(videos["model.zip"]));
    }

    [TestMethod]
    public void RegressionLearnsNumbersOfACsvFile()
    {
        using var videos = new ColouredVideos(perClass: 8);

        var (exitCode, text, error) = SampleProgram.Run("Regression", videos.Csv, videos["model.zip"], "2", "32");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("mean squared error", text);
        Assert.IsTrue(File.Exists(videos["model.zip"]));
    }

    [TestMethod]
    public void CrossValidationHoldsOutEachFold()
    {
        using var videos = new ColouredVideos(perClass: 6);

        var (exitCode, text, error) = SampleProgram.Run("CrossValidation", videos.Folder, "2", "1", "32");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("fold 1:", text);
        Assert.Contains("fold 2:", text);
        Assert.Contains("mean accuracy", text);
    }

    [TestMethod]
    public void ExperimentFindsAModelAndGoesOn()
    {
        using var videos = new ColouredVideos(perClass: 6);
        string output = videos["search"];

        var (exitCode, text, error) = SampleProgram.Run("Experiment", videos.Folder, output, "2", "1");
        var (again, more, _) = SampleProgram.Run("Experiment", videos.Folder, output, "4", "2");

        Assert.AreEqual((0, 0), (exitCode, again), error);
        Assert.Contains("best: trial 1 of 1, accuracy", text);
        Assert.Contains("schedule.learning_rate = ", text);
        Assert.Contains("best: trial", more);
        foreach (string file in new[] { "model.zip", "recipe.json", "experiment.csv" }) Assert.IsTrue(File.Exists(Path.Combine(output, file)), file);
    }

    [TestMethod]
    public void MovingTexturesWritesClips()
    {
        using var videos = new ColouredVideos(perClass: 1);

        var (exitCode, text, error) = SampleProgram.Run("MovingTextures", videos["textures"], "2", "1", "--frames");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("8 clips", text);
        Assert.HasCount(8, Directory.GetFiles(videos["textures"], "*.pnm", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void ScoreVideosNamesTheBestClasses()
    {
        using var videos = new ColouredVideos(perClass: 2);
        WriteCheckpoint(videos["weights.safetensors"]);
        File.WriteAllLines(videos["labels.txt"], ["one", "two", "three", "four", "five"]);
        string clip = Path.Combine(videos.Folder, "red", "clip 0.mp4");

        var (exitCode, text, error) = SampleProgram.Run("ScoreVideos", videos["weights.safetensors"], videos["labels.txt"], clip);

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains(clip, text);
        Assert.Contains("three", text);
    }

    [TestMethod]
    public void NearestClipsFindsTheClipItself()
    {
        using var videos = new ColouredVideos(perClass: 2);
        WriteCheckpoint(videos["weights.safetensors"]);
        string clip = Path.Combine(videos.Folder, "red", "clip 1.mp4");

        var (exitCode, text, error) = SampleProgram.Run("NearestClips", videos["weights.safetensors"], videos.Folder, clip, "2");

        Assert.AreEqual(0, exitCode, error);
        Assert.StartsWith($"1.000  {clip}", text);
    }

    [TestMethod]
    public void BusyGpuTrainsWithBothWaysOfDecoding()
    {
        using var videos = new ColouredVideos(perClass: 2);

        var (exitCode, text, error) = SampleProgram.Run("BusyGpu", videos.Folder, videos.Folder, "1", "32", "cpu");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("decoding alone: ", text);
        Assert.Contains("decoded in each epoch: 4 clips on cpu", text);
        Assert.Contains("decoded once: 4 clips on cpu", text);
        Assert.Contains("held-out accuracy", text);
    }

    [TestMethod]
    [DataRow("ScoreVideos")]
    [DataRow("NearestClips")]
    [DataRow("FineTune")]
    [DataRow("Regression")]
    [DataRow("CrossValidation")]
    [DataRow("FashionClips")]
    [DataRow("Experiment")]
    [DataRow("MovingTextures")]
    [DataRow("BusyGpu")]
    public void WithoutArgumentsASampleSaysWhatItWants(string sample)
    {
        var (exitCode, _, error) = SampleProgram.Run(sample);

        Assert.AreEqual(2, exitCode);
        Assert.StartsWith(sample, error);
    }

    private static void WriteCheckpoint(string path)
    {
        TorchRuntime.EnsureLoaded();
        torch.random.manual_seed(1);
        using var model = new VideoMambaModel(VideoMambaConfig.Tiny with { Depth = 1, PatchSize = 8, Frames = 4, Height = 32, Width = 32, Classes = 5 });
        CheckpointWriter.Save(model, path);
    }
}
