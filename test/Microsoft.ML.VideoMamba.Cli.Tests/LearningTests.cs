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
    public async Task TellsMotionsApartWithinTenMinutesOnTwoCores()
    {
        using var folder = new TemporaryFolder();
        MotionClips.Write(folder["clips"], perClass: 60);
        MotionClips.Write(folder["held"], perClass: 40, seed: 2);
        var clock = Stopwatch.StartNew();

        var run = await Tool.RunAsync(
            "train", "--data", folder["clips"], "--output", folder["run"], "--arch", "tiny", "--depth", "4", "--tubelet", "2", "--frames", "8", "--size", "64", "--epochs", "50", "--batch", "32",
            "--lr", "2e-3", "--device", "cpu");
        var seconds = clock.Elapsed.TotalSeconds;
        var held = (await Tool.RunAsync("evaluate", "--model", folder["run/model.zip"], "--data", folder["held"], "--json")).Rows.Single();

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        TestContext.WriteLine($"top-1 {held.GetProperty("top1")} of {held.GetProperty("clips")} clips never seen, {seconds:0} seconds of training\n{run.Error}");
        Assert.IsGreaterThanOrEqualTo(0.9, held.GetProperty("top1").GetDouble());
    }
}
