using System.Text.Json;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

[TestClass]
public sealed class DataVerbTests
{
    private static readonly string s_coin = Path.Combine(RepositoryPaths.Media, "coin.mov");
    private static readonly string s_city = Path.Combine(RepositoryPaths.Media, "city.mpg");
    private static readonly string s_truncated = Path.Combine(RepositoryPaths.Media, "broken", "truncated-30.mp4");

    [TestMethod]
    public async Task ChecksAListAndReportsForMachines()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["no.mp4"], "no video");
        File.WriteAllText(folder["list.csv"], $"path,label\n{s_coin},spin\n\"{s_city}\",pan\n{folder["no.mp4"]},pan\n{s_truncated},pan\n{s_coin},spin\n");

        var run = await Tool.RunAsync("data", "check", folder["list.csv"], "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        var row = run.Rows.Single();
        Assert.AreEqual(("train", true, 5, 4), (row.GetProperty("part").GetString(), row.GetProperty("complete").GetBoolean(), row.GetProperty("rows").GetInt32(), row.GetProperty("readable").GetInt32()));
        Assert.AreEqual((folder["no.mp4"], 4), Place(row.GetProperty("failed")));
        Assert.AreEqual((s_truncated, 5), Place(row.GetProperty("damaged")));
        Assert.AreEqual((s_coin, 6), Place(row.GetProperty("repeated")));
        Assert.AreEqual("""{"pan":3,"spin":2}""", row.GetProperty("classes").ToString());
        Assert.AreEqual(12, row.GetProperty("frames").GetProperty("min").GetDouble());
        Assert.AreEqual(242, row.GetProperty("frames").GetProperty("max").GetDouble());
        Assert.AreEqual(242 / 30.0, row.GetProperty("seconds").GetProperty("max").GetDouble(), 0.1);
        Assert.AreEqual(2, row.GetProperty("sizes").GetProperty("568x320").GetInt32());
        StringAssert.Contains(run.Error, "line 4: ");
    }

    [TestMethod]
    public async Task ChecksPartsAndReportsForPeople()
    {
        using var folder = new TemporaryFolder();
        foreach (var (part, file) in new[] { ("train/spin", s_coin), ("train/pan", s_city), ("val/spin", s_coin) })
        {
            Directory.CreateDirectory(folder[part]);
            File.Copy(file, Path.Combine(folder[part], Path.GetFileName(file)));
        }

        var run = await Tool.RunAsync("data", "check", folder.FullName);

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        StringAssert.Contains(run.Out, "2 clips, 2 readable, 0 not");
        StringAssert.Contains(run.Out, ", together 0:00:0");
        StringAssert.Contains(run.Out, "1 clips, 1 readable, 0 not");
        StringAssert.Contains(run.Out, "    pan: 1\n    spin: 1\n");
    }

    [TestMethod]
    public async Task NothingReadableIsFailure()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list.csv"], "a.mp4,0\nb.mp4,1\n");

        var run = await Tool.RunAsync("data", "check", folder["list.csv"], "--json");

        Assert.AreEqual(ExitCode.Failure, run.ExitCode);
        Assert.AreEqual(0, run.Rows.Single().GetProperty("readable").GetInt32());
    }

    [TestMethod]
    public async Task NamesEveryWrongLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list.csv"], $"{s_coin},0\nb.mp4\n{s_coin},\n");
        File.WriteAllText(folder["k400.csv"], $"{s_coin},0\n{s_coin},400\n{s_coin},-1\n");

        var columns = await Tool.RunAsync("data", "check", folder["list.csv"]);
        var classes = await Tool.RunAsync("data", "check", folder["k400.csv"], "--dataset", "k400");

        Assert.AreEqual((ExitCode.Failure, ExitCode.Failure), (columns.ExitCode, classes.ExitCode));
        StringAssert.Contains(columns.Error, "list.csv, line 2: has 1 column, 2 are needed\n");
        StringAssert.Contains(columns.Error, "list.csv, line 3: has no label\n");
        StringAssert.Contains(classes.Error, "k400.csv, line 2: '400' is none of the 400 classes");
        StringAssert.Contains(classes.Error, "k400.csv, line 3: '-1' is none of the 400 classes");
    }

    [TestMethod]
    public async Task ChecksNumbersToPredictAndLvusLists()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["like.csv"], $"{s_coin},0.25,8.1\n{s_city},0.75,4\n");

        var run = await Tool.RunAsync("data", "check", folder["like.csv"], "--dataset", "lvu-like");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        StringAssert.Contains(run.Out, "targets: 0.25 to 0.75, median 0.5, mean 0.5");
    }

    [TestMethod]
    public async Task CancelledItReportsWhatItHas()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list.csv"], $"{s_coin},0\n{s_city},1\n");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var run = await Tool.RunAsync("", ["data", "check", folder["list.csv"], "--json"], cancelled.Token);

        Assert.AreEqual(ExitCode.Cancelled, run.ExitCode);
        Assert.IsFalse(run.Rows.Single().GetProperty("complete").GetBoolean());
        StringAssert.Contains(run.Error, "cancelled after 0 of 2 videos");
    }

    [TestMethod]
    public async Task AClipThatCannotBeShownIsTold()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["no.mp4"], "no video");
        File.WriteAllText(folder["list.csv"], $"path,label\n{s_coin},spin\n{folder["no.mp4"]},pan\n");

        var run = await Tool.RunAsync("data", "show", folder["list.csv"], "--size", "32", "--frames", "2", "--output", folder["sheet.png"]);

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, $"left out: {folder["no.mp4"]}");
    }

    [TestMethod]
    public async Task ShowsWhatTheModelSees()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list.csv"], $"path,label\n{s_coin},spin\n{s_city},pan\n{s_truncated},pan\n");
        string[] args = ["data", "show", folder["list.csv"], "--recipe", "ssv2-tiny-f8", "--size", "32", "--frames", "4", "--clips", "3", "--seed", "5", "--output"];

        var run = await Tool.RunAsync([.. args, folder["a sheet.png"]]);
        await Tool.RunAsync([.. args, folder["again.png"]]);
        await Tool.RunAsync([.. args.Select(arg => arg == "5" ? "6" : arg), folder["other.png"]]);

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        Assert.AreEqual(folder["a sheet.png"] + "\n", run.Out);
        foreach (string row in new[] { "(spin)", "(pan)", "row 3: " }) StringAssert.Contains(run.Error, row);
        byte[] sheet = File.ReadAllBytes(folder["a sheet.png"]);
        CollectionAssert.AreEqual(sheet, File.ReadAllBytes(folder["again.png"]), "The same seed shows the same");
        CollectionAssert.AreNotEqual(sheet, File.ReadAllBytes(folder["other.png"]));
        // The recipe takes two versions of each clip.
        Assert.AreEqual((4 * 32, 2 * 3 * 32), SizeOfPng(sheet));
    }

    [TestMethod]
    public async Task ShowsWithoutARecipeAndSkipsWhatCannotBeRead()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list.csv"], $"{s_coin},0\nnone.mp4,1\n");

        var run = await Tool.RunAsync("data", "show", folder["list.csv"], "--size", "32x48", "--frames", "2", "--output", folder["sheet.png"]);

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        Assert.AreEqual((2 * 48, 32), SizeOfPng(File.ReadAllBytes(folder["sheet.png"])));
    }

    [TestMethod]
    [DataRow("data")]
    [DataRow("data", "check")]
    [DataRow("data", "check", "x", "--nope")]
    [DataRow("data", "check", "x", "--format", "label")]
    [DataRow("data", "check", "x", "--dataset", "k700")]
    [DataRow("data", "show", "x")]
    [DataRow("data", "show", "x", "--output", "s.png", "--clips", "0")]
    [DataRow("data", "show", "x", "--output", "s.png", "--recipe", "k400-huge")]
    [DataRow("recipes", "--nope")]
    [DataRow("recipes", "k400-huge")]
    public async Task ABadCommandLineIsUsage(params string[] args)
    {
        var run = await Tool.RunAsync(args);

        Assert.AreEqual(ExitCode.Usage, run.ExitCode, run.Error);
        Assert.AreEqual("", run.Out);
    }

    [TestMethod]
    public async Task NamesAMissingFile()
    {
        foreach (string verb in new[] { "check", "show" })
        {
            var run = await Tool.RunAsync(["data", verb, "/none/here", .. verb == "show" ? ["--output", "s.png"] : Array.Empty<string>()]);

            Assert.AreEqual(ExitCode.Failure, run.ExitCode);
            StringAssert.Contains(run.Error, "/none/here: no such file or folder");
        }
    }

    [TestMethod]
    public async Task ListsRecipesForMachines()
    {
        var run = await Tool.RunAsync("recipes", "--json");

        Assert.HasCount(67, run.Rows);
        var row = run.Rows.Single(row => row.GetProperty("name").GetString() == "k400-tiny-f8");
        Assert.AreEqual((76.9, "top1", "tiny", 8, 224), (
            row.GetProperty("published").GetDouble(), row.GetProperty("metric").GetString(), row.GetProperty("arch").GetString(), row.GetProperty("frames").GetInt32(), row.GetProperty("size").GetInt32()));
    }

    [TestMethod]
    public async Task ListsRecipesForPeopleAndPrintsOne()
    {
        using var folder = new TemporaryFolder();
        var list = await Tool.RunAsync("recipes");
        var one = await Tool.RunAsync("recipes", "k400-tiny-f8");
        await File.WriteAllTextAsync(folder["mine.json"], one.Out.Replace("\"epochs\": 70", "\"epochs\": 7", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["wrong.json"], one.Out.Replace("\"epochs\"", "\"epoch\"", StringComparison.Ordinal));

        var mine = await Tool.RunAsync("recipes", folder["mine.json"]);
        var wrong = await Tool.RunAsync("recipes", folder["wrong.json"]);

        StringAssert.Contains(list.Out, "k400-tiny-f8               top1 76.9  Kinetics-400, VideoMamba-Ti, 8 frames\n");
        Assert.AreEqual(70, JsonDocument.Parse(one.Out).RootElement.GetProperty("schedule").GetProperty("epochs").GetInt32());
        Assert.AreEqual(7, JsonDocument.Parse(mine.Out).RootElement.GetProperty("schedule").GetProperty("epochs").GetInt32());
        Assert.AreEqual((ExitCode.Success, ExitCode.Failure), (mine.ExitCode, wrong.ExitCode));
        StringAssert.Contains(wrong.Error, "'epoch' is no field of schedule");
    }

    private static (string Path, int Line) Place(JsonElement rows) => (rows.EnumerateArray().Single().GetProperty("path").GetString()!, rows[0].GetProperty("line").GetInt32());

    private static (int Width, int Height) SizeOfPng(byte[] png) =>
        (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)));
}
