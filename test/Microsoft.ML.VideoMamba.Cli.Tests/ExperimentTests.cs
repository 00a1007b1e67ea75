using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.TestCommon;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary><c>experiment</c> on clips so small that a trial takes a second.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class ExperimentTests : IDisposable
{
    private const string Space = """{"schedule.learning_rate": {"range": [1e-5, 1e-2], "scale": "log"}, "model.depth": {"choice": [1, 2]}}""";

    private const string Recipe = """
        {"name": "tiny", "model": {"depth": 1, "frames": 4, "tubelet": 2, "size": 16, "patch": 8}, "schedule": {"epochs": 3, "step_size": 4, "rate_rule": "fixed", "learning_rate": 1e-3, "warmup_epochs": 0}}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public ExperimentTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = torch.get_num_threads();
        torch.set_num_threads(1);
        MovingTextures.Write(_folder["clips"], perClass: 6, classes: 2, side: 24, frames: 6);
        File.WriteAllText(_folder["space.json"], Space);
        File.WriteAllText(_folder["tiny.json"], Recipe);
    }

    private string Output => _folder["séarch one"];

    public void Dispose()
    {
        torch.set_num_threads(_threads);
        _folder.Dispose();
    }

    [TestMethod]
    public async Task WritesALineATrialAndTheBest()
    {
        var run = await Search("--trials", "4", "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 4 }, run.Rows.SkipLast(1).Select(row => row.GetProperty("trial").GetInt32()).Order().ToArray());
        var last = run.Rows[^1];
        CollectionAssert.AreEqual(new[] { "best", "trials", "seconds" }, Fields(last));
        CollectionAssert.AreEqual(new[] { "trial", "metric", "parameters", "model" }, Fields(last.GetProperty("best")));
        Assert.AreEqual(4, last.GetProperty("trials").GetInt32());
        Assert.AreEqual(Path.Combine(Output, "model.zip"), last.GetProperty("best").GetProperty("model").GetString());
        Assert.AreEqual(run.Rows.SkipLast(1).Max(row => row.GetProperty("metric").GetDouble()), last.GetProperty("best").GetProperty("metric").GetDouble());
        foreach (string file in new[] { "model.zip", "recipe.json", "experiment.csv", "journal.jsonl", "space.json" }) Assert.IsTrue(File.Exists(Path.Combine(Output, file)), file);
        CollectionAssert.AreEqual(new byte[] { 0x89, 0x50, 0x4e, 0x47 }, File.ReadAllBytes(Path.Combine(Output, "leaderboard.png"))[..4]);
        Assert.Contains("trial 4 ", run.Error);
    }

    [TestMethod]
    public async Task TheBestModelEvaluatesAndTheBestRecipeTrains()
    {
        var search = await Search("--trials", "2", "--tuner", "random");
        Assert.AreEqual(ExitCode.Success, search.ExitCode, search.Error);
        Assert.Contains("model.zip: trial", search.Out);
        Assert.Contains($"train by it: videomamba train --data {_folder["clips"]} --output run --recipe \"{Path.Combine(Output, "recipe.json")}\" --validation-fraction 0.2 --batch 4 --seed 1\n".Replace(_folder["clips"], $"\"{_folder["clips"]}\"", StringComparison.Ordinal), search.Out);

        var held = await Tool.RunAsync("evaluate", "--model", Path.Combine(Output, "model.zip"), "--data", _folder["clips"], "--json");
        var train = await Tool.RunAsync("train", "--data", _folder["clips"], "--output", _folder["run"], "--recipe", Path.Combine(Output, "recipe.json"), "--device", "cpu", "--json");

        Assert.AreEqual(12, held.Rows.Single().GetProperty("clips").GetInt32(), held.Error);
        Assert.AreEqual(3, train.Rows.Single().GetProperty("epochs").GetInt32(), train.Error);
    }

    [TestMethod]
    public async Task GoesOnWithMoreTrials()
    {
        var first = await Search("--trials", "2", "--tuner", "asha", "--json");

        var again = await Tool.RunAsync("experiment", "--output", Output, "--resume", "--trials", "3", "--json");
        var refused = await Tool.RunAsync("experiment", "--output", Output, "--resume", "--tuner", "random");
        var other = await Search("--trials", "2");

        Assert.AreEqual(ExitCode.Success, again.ExitCode, again.Error);
        Assert.HasCount(4, again.Rows);
        Assert.AreEqual(first.Rows[0].GetProperty("metric").GetDouble(), again.Rows[0].GetProperty("metric").GetDouble());
        Assert.AreEqual(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("--tuner is random now, but the run was started with asha", refused.Error);
        Assert.AreEqual(ExitCode.Usage, other.ExitCode);
        Assert.Contains("--resume goes on with it", other.Error);
    }

    [TestMethod]
    public async Task FoldsAndValidationSetsJudgeToo()
    {
        var folds = await Search("--trials", "1", "--folds", "2", "--json");
        MovingTextures.Write(_folder["held"], perClass: 2, classes: 2, side: 24, frames: 6, seed: 2);
        var held = await Tool.RunAsync("experiment", "--data", _folder["clips"], "--validation", _folder["held"], "--output", _folder["second"], "--trials", "1", "--space", _folder["space.json"], "--recipe", _folder["tiny.json"], "--metric", "loss", "--device", "cpu", "--workers", "1", "--json");

        Assert.AreEqual(ExitCode.Success, folds.ExitCode, folds.Error);
        Assert.AreEqual(ExitCode.Success, held.ExitCode, held.Error);
        Assert.IsGreaterThan(0, held.Rows[^1].GetProperty("best").GetProperty("metric").GetDouble());
    }

    [TestMethod]
    public async Task CancelledItSavesAndPrintsTheBestSoFar()
    {
        using var source = new CancellationTokenSource();
        string[] arguments = [.. Arguments, "--trials", "1000", "--json"];
        var running = Tool.RunAsync("", arguments, source.Token);
        while (!File.Exists(Path.Combine(Output, "model.zip")) && !running.IsCompleted) await Task.Delay(50);

        await source.CancelAsync();
        var run = await running;

        Assert.AreEqual(ExitCode.Cancelled, run.ExitCode, run.Error);
        Assert.IsTrue(File.Exists(run.Rows[^1].GetProperty("best").GetProperty("model").GetString()));
        Assert.Contains("--resume goes on", run.Error);
    }

    /// <summary>Three trials find the same clips unreadable: each clip is told once.</summary>
    [TestMethod]
    public async Task AClipThatCannotBeReadIsTold()
    {
        MovingTextures.Write(_folder["held"], perClass: 1, classes: 2, side: 24, frames: 6, seed: 2);
        string[] broken = [Path.Combine(_folder["held"], "left", "bröken.mp4"), Path.Combine(_folder["clips"], "down", "none.mp4")];
        foreach (string file in broken) File.WriteAllText(file, "no video");

        var run = await Search("--validation", _folder["held"], "--trials", "3", "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        foreach (string file in broken) Assert.HasCount(2, run.Error.Split(file), file);
        Assert.Contains("2 clips could not be read", run.Error);
    }

    [TestMethod]
    public async Task ATrialThatFailsSaysWhyOnce()
    {
        File.WriteAllText(_folder["space.json"], """{"schedule.learning_rate": {"choice": [1e30], "default": 1e30}}""");

        var run = await Search("--trials", "1", "--tuner", "random");

        string[] lines = run.Error.Split('\n');
        Assert.Contains("learning rate", lines.Single(line => line.Contains("Trial 1 failed: ", StringComparison.Ordinal)));
        Assert.IsFalse(File.Exists(Path.Combine(Output, "leaderboard.png")), "There is nothing to draw");
        Assert.DoesNotContain("learning rate", lines.Single(line => line.Contains("trial 1 failed behind epoch ", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task PrintsASpaceAndARecipeThatItTakes()
    {
        var printed = await Tool.RunAsync("experiment", "--print-space");
        File.WriteAllText(_folder["default.json"], printed.Out);

        var again = await Tool.RunAsync("experiment", "--print-space", "--space", _folder["default.json"]);

        Assert.AreEqual(ExitCode.Success, printed.ExitCode, printed.Error);
        Assert.AreEqual(printed.Out, again.Out);
        Assert.Contains("\"schedule.learning_rate\": {\"range\":", printed.Out);

        var recipe = await Tool.RunAsync("experiment", "--print-recipe");
        File.WriteAllText(_folder["default recipe.json"], recipe.Out);
        Assert.AreEqual(recipe.Out, (await Tool.RunAsync("experiment", "--print-recipe", "--recipe", _folder["default recipe.json"])).Out);
    }

    [TestMethod]
    [DataRow("--time", "soon", "'soon' is no time: write 90s, 10m or 1h30m")]
    [DataRow("--tuner", "grid", "grid")]
    [DataRow("--metric", "f1", "f1")]
    [DataRow("--metric", "r2", "--metric r2 does not measure classification: choose top1, top5, macro_accuracy, loss.")]
    [DataRow("--trials", "0", "--trials must be at least 1")]
    [DataRow("--recipe", "in1k-tiny-224", "is for images")]
    [DataRow("--folds", "1", "--folds must be at least 2")]
    [DataRow("--folds", "500", "--folds must be at most the number of clips, 12; it is 500.")]
    [DataRow("--task", "sideways", "--task must be one of Classification, Regression; it is 'sideways'.")]
    [DataRow("--trials", "many", "--trials must be a whole number; it is 'many'.")]
    [DataRow("--time", "1h30", "'1h30' is no time: write 90s, 10m or 1h30m, each number with its unit.")]
    [DataRow("--validation-fraction", "2", "--validation-fraction must be in (0, 1); it is 2.")]
    public async Task AWrongOptionIsAUsageError(string option, string value, string message)
    {
        var run = await Tool.RunAsync("experiment", "--data", _folder["clips"], "--output", Output, option, value);

        Assert.AreEqual(ExitCode.Usage, run.ExitCode, run.Error);
        Assert.Contains(message, run.Error);
        Assert.IsFalse(Directory.Exists(Output), "A refusal leaves nothing");
    }

    [TestMethod]
    public async Task WeightsOfClassesAreForClasses()
    {
        File.WriteAllLines(_folder["numbers.csv"], ["path,label", .. Directory.GetFiles(_folder["clips"], "*.mp4", SearchOption.AllDirectories).Select((file, i) => $"{file},{i}")]);

        var run = await Tool.RunAsync("experiment", "--data", _folder["numbers.csv"], "--task", "regression", "--output", Output, "--balance");

        Assert.AreEqual(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--balance is for classification only.", run.Error);
    }

    /// <summary>What files say is no fault of the command line's.</summary>
    [TestMethod]
    public async Task DataThatDoNotDoAreAFailureAndLeaveNothing()
    {
        MovingTextures.Write(_folder["single"], perClass: 1, classes: 2, side: 24, frames: 6);
        MovingTextures.Write(_folder["same"], perClass: 3, classes: 1, side: 24, frames: 6);
        File.WriteAllText(_folder["afile"], "precious");
        foreach (var (says, code, options) in new (string, int, string[])[]
        {
            ("every class has a single clip", ExitCode.Failure, ["--data", _folder["single"]]),
            ("at least 2 classes are needed", ExitCode.Failure, ["--data", _folder["same"]]),
            ("none.pth: no such file", ExitCode.Failure, ["--data", _folder["clips"], "--checkpoint", "none.pth"]),
            ("is a file; name a folder", ExitCode.Usage, ["--data", _folder["clips"], "--output", _folder["afile"]]),
        })
        {
            var run = await Tool.RunAsync(["experiment", .. options.Contains("--output") ? [] : new[] { "--output", Output }, .. options, "--trials", "1"]);
            Assert.AreEqual(code, run.ExitCode, run.Error);
            Assert.Contains(says, run.Error);
            Assert.IsFalse(Directory.Exists(Output));
        }

        Assert.AreEqual("precious", File.ReadAllText(_folder["afile"]));
    }

    [TestMethod]
    public async Task WithoutItsOptionsItGoesOnWithThoseThatAreGivenAgain()
    {
        Assert.AreEqual(ExitCode.Success, (await Search("--trials", "1")).ExitCode);
        File.Delete(Path.Combine(Output, "run.json"));

        var bare = await Tool.RunAsync("experiment", "--output", Output, "--resume");
        var other = await Search("--resume", "--trials", "2", "--seed", "7");
        var same = await Search("--resume", "--trials", "2", "--json");

        Assert.AreEqual((ExitCode.Usage, ExitCode.Failure, ExitCode.Success), (bare.ExitCode, other.ExitCode, same.ExitCode), same.Error);
        Assert.Contains("run.json is not there: the options that are given here must be those that the experiment was started with", bare.Error);
        Assert.Contains("--data is required", bare.Error);
        Assert.Contains("seed was 1, now it is 7", other.Error);
        Assert.HasCount(3, same.Rows);
    }

    [TestMethod]
    public async Task ModelsThatAreGoneAreSaidToBe()
    {
        Assert.AreEqual(ExitCode.Success, (await Search("--trials", "1")).ExitCode);
        Directory.Delete(Path.Combine(Output, "trials"), recursive: true);

        var run = await Tool.RunAsync("experiment", "--output", Output, "--resume");

        Assert.AreEqual(ExitCode.Failure, run.ExitCode);
        Assert.Contains($"the models of the trials are gone from {Path.Combine(Output, "trials")}", run.Error);
    }

    [TestMethod]
    public async Task WhereNothingIsLeftToTrainItSaysSo()
    {
        Assert.AreEqual(ExitCode.Success, (await Search("--trials", "1")).ExitCode);

        var again = await Tool.RunAsync("experiment", "--output", Output, "--resume");

        Assert.AreEqual(ExitCode.Success, again.ExitCode, again.Error);
        Assert.Contains("nothing was trained: the time (--time) or the trials (--trials) are used up", again.Error);
    }

    [TestMethod]
    public async Task AWrongSpaceIsNamedWithFileLineAndRemedy()
    {
        File.WriteAllText(_folder["wrong.json"], "{\n  \"model.size\": {\"choice\": [64]},\n  \"schedule.lr\": {\"range\": [1, 2]}\n}");

        var run = await Tool.RunAsync("experiment", "--data", _folder["clips"], "--output", Output, "--space", _folder["wrong.json"], "--trials", "1");

        Assert.AreEqual(ExitCode.Failure, run.ExitCode);
        Assert.Contains($"{_folder["wrong.json"]}, line 3: 'schedule.lr' cannot be 1: 'lr' is no field of schedule; there are epochs", run.Error);
        Assert.IsFalse(Directory.Exists(Output));
    }

    [TestMethod]
    public void GoesOnBehindEachKill() => KillAndResume(kills: 2, trials: 4);

    /// <summary>The tool's own process is killed ten times, whatever it is doing; every trial that was finished then is in the table, and none twice.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void GoesOnBehindTenKills() => KillAndResume(kills: 10, trials: 40);

    private void KillAndResume(int kills, int trials)
    {
        string whole = _folder["whole"];
        string[] options = ["--space", _folder["space.json"], "--recipe", _folder["tiny.json"], "--trials", $"{trials}", "--tuner", "asha", "--device", "cpu", "--workers", "1", "--json"];
        var clock = Stopwatch.StartNew();
        Assert.AreEqual(0, ToolProcess.Run(["experiment", "--data", _folder["clips"], "--output", whole, .. options]));
        int duration = (int)clock.ElapsedMilliseconds;
        string[] start = ["experiment", "--data", _folder["clips"], "--output", Output, .. options, "--resume"];
        var random = new Random(5);
        var finished = new HashSet<int>();
        int killed = 0;
        for (int i = 0; i < kills; i++)
        {
            using var process = ToolProcess.Start(start);
            if (process.WaitForExit(700 + random.Next(duration / (2 * kills)))) break;
            process.Kill();
            process.WaitForExit();
            killed++;
            finished.UnionWith(EndedTrials());
        }

        Assert.AreEqual(kills, killed);
        Assert.AreEqual(0, ToolProcess.Run(start));
        string[] rows = Table(Output);
        CollectionAssert.AreEqual(Enumerable.Range(1, trials).ToArray(), rows.Select(row => int.Parse(row.Split(',')[0])).ToArray());
        Assert.IsTrue(finished.All(trial => trial <= trials));
        string[] epochs = Epochs(Output);
        Assert.HasCount(epochs.Length, epochs.Distinct().ToArray(), "an epoch was told twice");
        CollectionAssert.AreEqual(Epochs(whole), epochs);
        // On a CPU the trials are, bit by bit, those of an experiment that was never killed.
        CollectionAssert.AreEqual(Table(whole), rows);
        CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(whole, "recipe.json")), File.ReadAllBytes(Path.Combine(Output, "recipe.json")));
    }

    private int[] EndedTrials()
    {
        string journal = Path.Combine(Output, "journal.jsonl");
        return !File.Exists(journal) ? [] : [.. File.ReadLines(journal).Where(line => line.Contains("\"event\":\"end\"", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("trial").GetInt32())];
    }

    /// <summary>Trial and number of each epoch that the journal tells.</summary>
    private static string[] Epochs(string folder) =>
    [
        .. File.ReadLines(Path.Combine(folder, "journal.jsonl")).Where(line => line.Contains("\"event\":\"epoch\"", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(row => $"{row.GetProperty("trial")} {row.GetProperty("folds")[0].GetProperty("epoch")}"),
    ];

    /// <summary>Trial, state, metric, loss and epochs of each row.</summary>
    private static string[] Table(string folder) => [.. File.ReadLines(Path.Combine(folder, "experiment.csv")).Skip(1).Select(row => string.Join(',', row.Split(',')[..5]))];

    private static string[] Fields(JsonElement row) => [.. row.EnumerateObject().Select(field => field.Name)];

    private string[] Arguments => ["experiment", "--data", _folder["clips"], "--output", Output, "--space", _folder["space.json"], "--recipe", _folder["tiny.json"], "--device", "cpu", "--workers", "1"];

    private Task<Tool> Search(params string[] more) => Tool.RunAsync([.. Arguments, .. more]);
}
