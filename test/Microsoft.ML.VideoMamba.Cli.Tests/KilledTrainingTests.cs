using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>The tool's own process is killed while it trains, at random moments; the run goes on each time and ends as one that was never killed.</summary>
[TestClass]
[DoNotParallelize]
public sealed class KilledTrainingTests
{
    private static readonly string[] s_options =
    [
        "--depth", "1", "--tubelet", "2", "--frames", "4", "--size", "16", "--patch", "8", "--batch", "4", "--device", "cpu", "--workers", "1", "--average", "0.9", "--accumulate", "2",
    ];

    [TestMethod]
    public void GoesOnBehindAKill() => Assert.IsGreaterThan(0, KillAndResume(kills: 2, epochs: 12));

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void GoesOnBehindTwentyKills() => Assert.AreEqual(20, KillAndResume(kills: 20, epochs: 600));

    /// <returns>How often it was killed before it ended.</returns>
    private static int KillAndResume(int kills, int epochs)
    {
        using var folder = new TemporaryFolder();
        MovingTextures.Write(folder["clips"], perClass: 6, classes: 2, side: 24, frames: 6);
        string whole = folder["whole"], run = folder["run"];
        var clock = Stopwatch.StartNew();
        Assert.AreEqual(0, ToolProcess.Run(["train", "--data", folder["clips"], "--output", whole, .. s_options, "--epochs", $"{epochs}"]));
        int duration = (int)clock.ElapsedMilliseconds;
        var random = new Random(7);

        string[] start = ["train", "--data", folder["clips"], "--output", run, .. s_options, "--epochs", $"{epochs}"], resume = ["train", "--output", run, "--resume"];
        int killed = 0;
        for (int i = 0; i < kills; i++)
        {
            using var process = ToolProcess.Start(Directory.Exists(run) && File.Exists(Path.Combine(run, "run.json")) ? resume : start);
            // From the start of the process to some epochs behind where it was before; all kills together before the end.
            if (process.WaitForExit(300 + random.Next(2 * duration / (kills + 4)))) break;
            process.Kill();
            process.WaitForExit();
            killed++;
        }

        Assert.AreEqual(0, ToolProcess.Run(resume));
        CollectionAssert.AreEqual(Losses(whole), Losses(run));
        CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(whole, "weights.safetensors")), File.ReadAllBytes(Path.Combine(run, "weights.safetensors")));
        Assert.AreEqual(0, Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Count(file => file.EndsWith(".partial", StringComparison.Ordinal) || file.EndsWith(".tmp", StringComparison.Ordinal)), "Nothing half-written is left");
        return killed;
    }

    private static string[] Losses(string folder) =>
    [
        .. File.ReadLines(Path.Combine(folder, "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => $"{row.GetProperty("epoch")} {row.GetProperty("train_loss")} {row.GetProperty("validation_loss")} {row.GetProperty("lr")}"),
    ];
}
