using System.Diagnostics;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>Trainings of minutes that must reach an accuracy on clips never seen.</summary>
[TestClass]
[DoNotParallelize]
public sealed class LearningTests
{
    public TestContext TestContext { get; set; } = null!;

    /// <summary>240 clips of 12 frames, 72 x 72, of four motions; chance is 0.25.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public Task TellsMotionsApartWithinTenMinutesOnTwoCores() => Learns(
        (folder, perClass, seed) => MovingTextures.Write(folder, perClass, seed: seed), 0.9, "--tubelet", "2", "--frames", "8", "--size", "64", "--epochs", "50");

    /// <summary>The same of clips in which one small square moves.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public Task TellsMotionsOfASmallSquareApart() => Learns(ShapeClips.WriteSquares, 0.9, "--tubelet", "2", "--frames", "8", "--size", "64", "--epochs", "50");

    /// <summary>240 clips of four shapes, anywhere and moving anyhow; chance is 0.25.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public Task TellsShapesApart() => Learns(ShapeClips.WriteShapes, 0.85, "--patch", "8", "--frames", "4", "--size", "32", "--epochs", "80");

    private async Task Learns(Action<string, int, int> write, double least, params string[] options)
    {
        using var folder = new TemporaryFolder();
        write(folder["clips"], 60, 1);
        write(folder["held"], 40, 2);
        var clock = Stopwatch.StartNew();

        var run = await Tool.RunAsync(["train", "--data", folder["clips"], "--output", folder["run"], "--arch", "tiny", "--depth", "4", "--batch", "32", "--lr", "2e-3", "--device", "cpu", .. options]);
        var seconds = clock.Elapsed.TotalSeconds;
        var held = (await Tool.RunAsync("evaluate", "--model", folder["run/model.zip"], "--data", folder["held"], "--json")).Rows.Single();

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        TestContext.WriteLine($"top-1 {held.GetProperty("top1")} of {held.GetProperty("clips")} clips never seen, {seconds:0} seconds of training\n{run.Error}");
        Assert.IsGreaterThanOrEqualTo(least, held.GetProperty("top1").GetDouble());
    }
}
