using System.Buffers.Binary;
using System.Numerics;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Recipes;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary><c>train</c> and <c>evaluate</c> on clips so small that a training takes seconds.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class TrainTests : IDisposable
{
    private static readonly string[] s_tiny = ["--depth", "1", "--tubelet", "2", "--frames", "4", "--size", "16", "--patch", "8", "--batch", "4", "--device", "cpu", "--workers", "1"];

    private static readonly string[] s_small = [.. s_tiny, "--epochs", "2"];

    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    private string Clips => _folder["clips"];

    private string Run => _folder["run"];

    public TrainTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = torch.get_num_threads();
        torch.set_num_threads(1);
        MovingTextures.Write(Clips, perClass: 6, classes: 2, side: 24, frames: 6);
    }

    public void Dispose()
    {
        torch.set_num_threads(_threads);
        _folder.Dispose();
    }

    [TestMethod]
    public async Task WritesModelWeightsLogAndPictures()
    {
        var run = await Train("--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        var result = run.Rows.Single();
        Assert.AreEqual((2, 0, false), (result.GetProperty("epochs").GetInt32(), result.GetProperty("failed").GetInt32(), result.GetProperty("cancelled").GetBoolean()));
        var log = Log();
        CollectionAssert.AreEqual(new[] { 1, 2 }, log.Select(row => row.GetProperty("epoch").GetInt32()).ToArray());
        foreach (string field in new[] { "train_loss", "validation_loss", "validation_top1", "lr", "seconds", "clips_per_s" }) Assert.IsTrue(log.All(row => row.GetProperty(field).GetDouble() >= 0), field);
        foreach (string picture in new[] { "curves.png", "confusion.png" }) CollectionAssert.AreEqual(new byte[] { 0x89, 0x50, 0x4e, 0x47 }, File.ReadAllBytes(Path.Combine(Run, picture))[..4]);
        string report = File.ReadAllText(Path.Combine(Run, "report.md"));
        foreach (string part in new[] { "videomamba train --data", "10 clips to learn from, 2 held out", "The table is of 2 clips only: a single one is 50" }) StringAssert.Contains(report, part);
        CollectionAssert.IsSubsetOf(new[] { "epoch/train_loss", "epoch/validation_top1", "step/loss", "step/learning_rate" }, EventTags(Directory.GetFiles(Run, "events.out.tfevents.*").Single()));
        Assert.IsFalse(Directory.Exists(Path.Combine(Run, "decoded-clips")));
        Assert.IsFalse(Directory.EnumerateFiles(Run, "*.partial", SearchOption.AllDirectories).Any());
        StringAssert.Contains(run.Error, "epoch 2 of 2");
    }

    [TestMethod]
    public async Task TheModelAndTheWeightsPredictEvaluateAndEmbedAlike()
    {
        await Train();
        string model = Path.Combine(Run, "model.zip"), weights = Path.Combine(Run, "weights.safetensors");
        string clip = Path.Combine(Clips, "left", "000.mp4");

        var fromZip = await Tool.RunAsync("predict", "--model", model, clip, "--json");
        var fromWeights = await Tool.RunAsync("predict", "--checkpoint", weights, clip, "--json");
        var evaluated = await Tool.RunAsync("evaluate", "--model", model, "--data", Clips, "--json");
        var embedded = await Tool.RunAsync("embed", "--model", model, clip, "--json");

        Assert.AreEqual(ExitCode.Success, fromZip.ExitCode, fromZip.Error);
        Assert.AreEqual(fromZip.Out, fromWeights.Out);
        CollectionAssert.AreEquivalent(new[] { "down", "left" }, fromZip.Rows[0].GetProperty("top").EnumerateArray().Select(score => score.GetProperty("label").GetString()).ToArray());
        Assert.AreEqual((await Tool.RunAsync("evaluate", "--checkpoint", weights, "--data", Clips, "--json")).Out, evaluated.Out);
        var metrics = evaluated.Rows.Single();
        Assert.AreEqual((12, 0, 1.0), (metrics.GetProperty("clips").GetInt32(), metrics.GetProperty("failed").GetInt32(), metrics.GetProperty("top5").GetDouble()));
        Assert.IsGreaterThan(0, metrics.GetProperty("log_loss").GetDouble());
        var classes = metrics.GetProperty("classes").EnumerateArray().ToList();
        CollectionAssert.AreEqual(new[] { "down 6", "left 6" }, classes.Select(row => $"{row.GetProperty("label")} {row.GetProperty("clips")}").ToArray());
        Assert.AreEqual(metrics.GetProperty("top1").GetDouble(), classes.Average(row => row.GetProperty("top1").GetDouble()), 1e-9);
        Assert.AreEqual(192, embedded.Rows[0].GetProperty("embedding").GetArrayLength());
    }

    [TestMethod]
    [DataRow("--frames", "8")]
    [DataRow("--size", "24")]
    [DataRow("--size", "16x32")]
    [DataRow("--segments", "2", "--crops", "3")]
    public async Task EvaluatesAtOtherLengthsSizesAndViews(params string[] how)
    {
        await Train();
        string[] evaluate = ["evaluate", "--model", Path.Combine(Run, "model.zip"), "--data", Clips, "--json"];

        var plain = await Tool.RunAsync(evaluate);
        var other = await Tool.RunAsync([.. evaluate, .. how]);

        Assert.AreEqual(ExitCode.Success, other.ExitCode, other.Error);
        Assert.AreEqual(12, other.Rows.Single().GetProperty("clips").GetInt32());
        Assert.AreNotEqual(plain.Rows.Single().GetProperty("log_loss").GetDouble(), other.Rows.Single().GetProperty("log_loss").GetDouble());
    }

    [TestMethod]
    public async Task ScanOrderStartAndLossAreTheUsersToChoose()
    {
        Assert.AreEqual(ExitCode.Success, (await Train("--scan-order", "TemporalFirst", "--dt-initialization", "Reference", "--loss", "cosub", "--drop-path", "0.1")).ExitCode);
        var recipe = RecipeFile.Read(Path.Combine(Run, "recipe.json"));
        Assert.AreEqual((ScanOrder.TemporalFirst, DtInitialization.Reference, ClassificationLoss.Cosub), (recipe.Model.ScanOrder, recipe.Model.DtInitialization, recipe.Loss));
        var further = await Tool.RunAsync(["train", "--data", Clips, "--output", _folder["further"], "--checkpoint", Path.Combine(Run, "weights.safetensors"), "--scan-order", "Alternating"]);
        StringAssert.Contains(further.Error, "--scan-order is Alternating, but");

        Assert.AreEqual(ExitCode.Success, (await Train("--force")).ExitCode);
        Assert.AreEqual(DtInitialization.Proper, RecipeFile.Read(Path.Combine(Run, "recipe.json")).Model.DtInitialization);
    }

    [TestMethod]
    public async Task ALossThatIsNoNumberEndsTheRunAndSaysWhatItWas()
    {
        var run = await Train("--lr", "1e30");

        Assert.AreEqual(ExitCode.Failure, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "learning rate");
        StringAssert.Contains(run.Error, ".mp4");
        foreach (string name in new[] { "log.jsonl", "weights.safetensors", "model.zip" }) Assert.IsFalse(File.Exists(Path.Combine(Run, name)), "Nothing was learned by then");
        Assert.AreEqual(ExitCode.Success, (await Train()).ExitCode, "What learned nothing is replaced without --force");
    }

    [TestMethod]
    [DataRow("--lr must be above 0; it is -1", "--lr", "-1")]
    [DataRow("Cosub needs a --drop-path or HeadDropout above 0", "--loss", "cosub")]
    [DataRow("--loss must be one of CrossEntropy, ", "--loss", "hinge")]
    [DataRow("--on-failure must be one of ", "--on-failure", "perhaps")]
    [DataRow("--lr must be a number; it is 'fast'.", "--lr", "fast")]
    [DataRow("--drop-path must be ", "--drop-path", "2")]
    public async Task AValueOutOfRangeIsUsageAndLeavesNothing(string says, params string[] args)
    {
        var run = await Train(args);

        Assert.AreEqual(ExitCode.Usage, run.ExitCode);
        StringAssert.Contains(run.Error, says);
        Assert.IsFalse(run.Error.Contains("Parameter", StringComparison.Ordinal), run.Error);
        Assert.IsFalse(Directory.Exists(Run));
    }

    [TestMethod]
    public async Task AMissingFileIsAFailureAndAFileForAFolderIsUsage()
    {
        var teacher = await Tool.RunAsync("distill", "--teacher", "none.pth", "--data", Clips, "--output", Run);
        var checkpoint = await Train("--checkpoint", "none.pth");
        File.WriteAllText(_folder["afile"], "precious");
        var output = await Tool.RunAsync("train", "--data", Clips, "--output", _folder["afile"]);
        var below = await Tool.RunAsync(["train", "--data", Clips, "--output", Path.Combine(_folder["afile"], "run"), .. s_small]);

        Assert.AreEqual((1, 1, 2, 1), (teacher.ExitCode, checkpoint.ExitCode, output.ExitCode, below.ExitCode));
        StringAssert.Contains(teacher.Error, "none.pth: no such file");
        StringAssert.Contains(checkpoint.Error, "none.pth: no such file");
        StringAssert.Contains(output.Error, $"--output: {_folder["afile"]} is a file; name a folder.");
        StringAssert.Contains(below.Error, $"--output: {Path.Combine(_folder["afile"], "run")} cannot be made");
        Assert.AreEqual("precious", File.ReadAllText(_folder["afile"]));
    }

    /// <summary>Folders have no lines, and the same fault of many clips is one fault.</summary>
    [TestMethod]
    public async Task ErrorsOfManyRowsAreFewLines()
    {
        await Train();
        for (int i = 0; i < 30; i++) File.Copy(Path.Combine(Clips, "left", "000.mp4"), Path.Combine(Directory.CreateDirectory(Path.Combine(_folder["held"], $"class {i % 12:00}")).FullName, $"{i}.mp4"));
        File.WriteAllText(_folder["list.csv"], "path,label\n" + string.Concat(Enumerable.Repeat("onlyapath\n", 40)));
        File.WriteAllText(_folder["text.json"], "trial,state,top1" + new string('x', 5000));

        var folder = await Tool.RunAsync("evaluate", "--model", Path.Combine(Run, "model.zip"), "--data", _folder["held"]);
        var list = await Tool.RunAsync(["train", "--data", _folder["list.csv"], "--output", _folder["other"], .. s_small]);
        var recipe = await Tool.RunAsync(["train", "--data", Clips, "--output", _folder["other"], "--recipe", _folder["text.json"]]);

        string[] lines = folder.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(11, lines);
        StringAssert.StartsWith(lines[0], $"videomamba: {_folder["held"]}: 'class 00' is none of the 2 classes");
        StringAssert.Contains(lines[10], "and 2 more");
        Assert.HasCount(11, list.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        StringAssert.Contains(list.Error, "line 2: ");
        StringAssert.Contains(list.Error, "and 30 more");
        StringAssert.Contains(recipe.Error, "is no JSON");
        Assert.IsLessThan(600, recipe.Error.Length);
    }

    [TestMethod]
    public async Task TheModelIsAnMLNetModelThatNeedsNoLabel()
    {
        await Train();
        string clip = Path.Combine(Clips, "left", "000.mp4");
        var ml = new MLContext();

        var model = ml.Model.Load(Path.Combine(Run, "model.zip"), out _);
        var scored = ml.Data.CreateEnumerable<Scored>(model.Transform(ml.Data.LoadFromEnumerable([new PathRow { Path = clip }])), reuseRowObject: false).Single();
        var top = (await Tool.RunAsync("predict", "--model", Path.Combine(Run, "model.zip"), clip, "--json")).Rows[0].GetProperty("top")[0];

        Assert.AreEqual(top.GetProperty("label").GetString(), scored.PredictedLabel);
        Assert.AreEqual(top.GetProperty("score").GetSingle(), scored.Score.Max(), 1e-6f);
    }

    [TestMethod]
    public async Task ReadsListsByHeaderOrByTheOriginalsColumns()
    {
        string[] files = Directory.GetFiles(Clips, "*.mp4", SearchOption.AllDirectories);
        string Class(string file) => Path.GetFileName(Path.GetDirectoryName(file)!);
        File.WriteAllLines(_folder["named.csv"], ["label,path", .. files.Select(file => $"{Class(file)},{file}")]);
        File.WriteAllLines(_folder["original.csv"], files.Select(file => $"{Path.GetRelativePath(_folder.FullName, file)},{(Class(file) == "left" ? 1 : 0)}"));

        var named = await Tool.RunAsync(["train", "--data", _folder["named.csv"], "--output", _folder["a"], "--validation", _folder["named.csv"], .. s_small]);
        var original = await Tool.RunAsync(["train", "--data", _folder["original.csv"], "--output", _folder["b"], .. s_small]);
        var evaluated = await Tool.RunAsync("evaluate", "--model", Path.Combine(_folder["b"], "model.zip"), "--data", _folder["original.csv"], "--json");

        Assert.AreEqual(ExitCode.Success, named.ExitCode, named.Error);
        Assert.AreEqual(ExitCode.Success, original.ExitCode, original.Error);
        Assert.AreEqual(12, evaluated.Rows.Single().GetProperty("clips").GetInt32());
    }

    [TestMethod]
    public async Task LearnsAndEvaluatesNumbers()
    {
        File.WriteAllLines(_folder["numbers.csv"], ["path,label", .. Directory.GetFiles(Clips, "*.mp4", SearchOption.AllDirectories).Select((file, i) => $"{file},{10.5 + i}")]);

        var run = await Tool.RunAsync(["train", "--data", _folder["numbers.csv"], "--output", Run, "--task", "regression", .. s_small]);
        var evaluated = await Tool.RunAsync("evaluate", "--model", Path.Combine(Run, "model.zip"), "--data", _folder["numbers.csv"], "--json");
        var predicted = await Tool.RunAsync("predict", "--model", Path.Combine(Run, "model.zip"), Path.Combine(Clips, "left", "000.mp4"), "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        Assert.AreEqual(JsonValueKind.Null, Log()[0].GetProperty("validation_top1").ValueKind);
        Assert.IsFalse(File.Exists(Path.Combine(Run, "confusion.png")));
        var row = evaluated.Rows.Single();
        Assert.AreEqual((12, 0), (row.GetProperty("clips").GetInt32(), row.GetProperty("failed").GetInt32()));
        Assert.IsGreaterThan(0, row.GetProperty("mse").GetDouble());
        Assert.IsGreaterThan(0, row.GetProperty("mae").GetDouble());
        // The head says the numbers themselves, not scaled ones.
        Assert.AreEqual(16, predicted.Rows[0].GetProperty("value").GetDouble(), 12);
    }

    [TestMethod]
    public async Task ARunIsNotOverwrittenUnlessForced()
    {
        await Train();
        byte[] before = File.ReadAllBytes(Path.Combine(Run, "weights.safetensors"));
        File.WriteAllText(Path.Combine(Run, "notes.txt"), "mine");

        var refused = await Train();
        Assert.AreEqual(ExitCode.Usage, refused.ExitCode);
        StringAssert.Contains(refused.Error, "--force");
        CollectionAssert.AreEqual(before, File.ReadAllBytes(Path.Combine(Run, "weights.safetensors")));

        var forced = await Train("--force", "--seed", "2");
        Assert.AreEqual(ExitCode.Success, forced.ExitCode, forced.Error);
        CollectionAssert.AreNotEqual(before, File.ReadAllBytes(Path.Combine(Run, "weights.safetensors")));
        Assert.IsTrue(File.Exists(Path.Combine(Run, "notes.txt")));
    }

    [TestMethod]
    public async Task AStoppedRunGoesOnAsIfItNeverStopped()
    {
        var whole = await Tool.RunAsync(["train", "--data", Clips, "--output", _folder["whole"], .. s_tiny, "--epochs", "6"]);
        Assert.AreEqual(ExitCode.Success, whole.ExitCode, whole.Error);

        using var source = new CancellationTokenSource();
        var stop = Task.Run(async () =>
        {
            while (!File.Exists(Path.Combine(Run, "log.jsonl"))) await Task.Delay(5);
            source.Cancel();
        });
        var stopped = await Tool.RunAsync("", ["train", "--data", Clips, "--output", Run, .. s_tiny, "--epochs", "6"], source.Token);
        await stop;
        Assert.AreEqual(ExitCode.Cancelled, stopped.ExitCode, stopped.Error);
        Assert.IsTrue(File.Exists(Path.Combine(Run, "model.zip")));
        StringAssert.Contains(stopped.Error, "best so far");

        var refused = await Tool.RunAsync("train", "--output", Run, "--resume", "--lr", "0.5");
        Assert.AreEqual(ExitCode.Usage, refused.ExitCode);
        StringAssert.Contains(refused.Error, "--lr");

        var resumed = await Tool.RunAsync("train", "--output", Run, "--resume");
        Assert.AreEqual(ExitCode.Success, resumed.ExitCode, resumed.Error);
        string[] Losses(string folder) => [.. Rows(Path.Combine(folder, "log.jsonl")).Select(row => $"{row.GetProperty("epoch")} {row.GetProperty("train_loss")} {row.GetProperty("validation_loss")}")];
        CollectionAssert.AreEqual(Losses(_folder["whole"]), Losses(Run));
        CollectionAssert.AreEqual(File.ReadAllBytes(Path.Combine(_folder["whole"], "weights.safetensors")), File.ReadAllBytes(Path.Combine(Run, "weights.safetensors")));
    }

    [TestMethod]
    public async Task FineTunesFromACheckpoint()
    {
        await Train();
        string weights = Path.Combine(Run, "weights.safetensors");

        var tuned = await Tool.RunAsync("train", "--data", Clips, "--output", _folder["tuned"], "--checkpoint", weights, "--epochs", "1", "--batch", "4", "--frames", "6", "--flip");
        var contradicted = await Tool.RunAsync("train", "--data", Clips, "--output", _folder["other"], "--checkpoint", weights, "--depth", "3");

        Assert.AreEqual(ExitCode.Success, tuned.ExitCode, tuned.Error);
        StringAssert.Contains(tuned.Error, "starting from");
        var inspected = (await Tool.RunAsync("inspect", Path.Combine(_folder["tuned"], "weights.safetensors"), "--json")).Rows.Single();
        Assert.AreEqual((6, 16, 2), (inspected.GetProperty("frames").GetInt32(), inspected.GetProperty("size").GetInt32(), inspected.GetProperty("classes").GetInt32()));
        Assert.AreEqual(ExitCode.Usage, contradicted.ExitCode);
        StringAssert.Contains(contradicted.Error, "--depth is 3");
        Assert.IsFalse(Directory.Exists(_folder["other"]));
    }

    [TestMethod]
    public async Task AnUnreadableClipCostsItsRow()
    {
        string broken = Path.Combine(Clips, "left", "bröken.mp4");
        File.WriteAllText(broken, "no video");

        var skipped = await Train();
        var thrown = await Tool.RunAsync(["train", "--data", Clips, "--output", _folder["thrown"], "--on-failure", "throw", .. s_small]);
        var evaluated = await Tool.RunAsync("evaluate", "--model", Path.Combine(Run, "model.zip"), "--data", Clips, "--json");

        Assert.AreEqual(ExitCode.Success, skipped.ExitCode, skipped.Error);
        StringAssert.Contains(skipped.Error, broken);
        StringAssert.Contains(File.ReadAllText(Path.Combine(Run, "report.md")), "bröken.mp4");
        Assert.AreEqual(ExitCode.Failure, thrown.ExitCode);
        StringAssert.Contains(thrown.Error, broken);
        var row = evaluated.Rows.Single();
        Assert.AreEqual((12, 1), (row.GetProperty("clips").GetInt32(), row.GetProperty("failed").GetInt32()));
        StringAssert.Contains(evaluated.Error, broken);
    }

    [TestMethod]
    public async Task BadDataIsNamedAndNothingIsWritten()
    {
        string clip = Path.Combine(Clips, "left", "000.mp4");
        File.WriteAllLines(_folder["bad.csv"], ["path,label", $"{clip},left", $"{clip},", "onlyapath"]);
        File.WriteAllLines(_folder["words.csv"], ["path,label", $"{clip},much"]);
        Directory.CreateDirectory(_folder["empty"]);
        Directory.CreateDirectory(Path.Combine(_folder["one"], "only"));
        File.Copy(clip, Path.Combine(_folder["one"], "only", "a.mp4"));

        async Task Refused(string says, params string[] data)
        {
            var run = await Tool.RunAsync(["train", "--data", .. data, "--output", Run, .. s_small]);
            Assert.AreEqual(ExitCode.Failure, run.ExitCode, run.Error);
            StringAssert.Contains(run.Error, says);
            StringAssert.Contains(run.Error, data[0]);
            Assert.IsFalse(Directory.Exists(Run));
        }

        await Refused("line 3", _folder["bad.csv"]);
        await Refused("line 4", _folder["bad.csv"]);
        await Refused("'much'", _folder["words.csv"], "--task", "regression");
        await Refused("no sub-folder", _folder["empty"]);
        await Refused("2 classes", _folder["one"]);
        await Refused("no such", _folder["missing"]);
    }

    [TestMethod]
    public async Task AClassWithOneClipIsWarnedOf()
    {
        Directory.CreateDirectory(Path.Combine(Clips, "rare"));
        File.Copy(Path.Combine(Clips, "left", "000.mp4"), Path.Combine(Clips, "rare", "a.mp4"));

        var run = await Train();

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        StringAssert.Contains(run.Error, "class 'rare' has one clip");
    }

    [TestMethod]
    public async Task AFullDiskIsNamedAndTheStateBeforeStays()
    {
        using var disk = SmallDisk.Create(kilobytes: 6_500);
        string run = Path.Combine(disk.Folder, "run");

        // The state of this network takes 6 MB: there is room for it, but not for the model beside it.
        var trained = await Tool.RunAsync(["train", "--data", Clips, "--output", run, .. s_tiny, "--validation-fraction", "0", "--epochs", "1"]);

        Assert.AreEqual(ExitCode.Failure, trained.ExitCode, trained.Error);
        StringAssert.Contains(trained.Error, "No space left");
        Assert.IsFalse(Directory.EnumerateFiles(run, "*", SearchOption.AllDirectories).Any(file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".partial", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task NamesOfClassesAreNeededWhereLabelsAreNames()
    {
        using var weights = new TestWeights();

        var refused = await Tool.RunAsync("evaluate", "--checkpoint", weights.Video, "--data", Clips);
        File.WriteAllLines(_folder["labels.txt"], ["down", "left", "a", "b", "c", "d", "e"]);
        var named = await Tool.RunAsync("evaluate", "--checkpoint", weights.Video, "--labels", _folder["labels.txt"], "--data", Clips, "--confusion", _folder["confusion.png"]);

        Assert.AreEqual(ExitCode.Usage, refused.ExitCode);
        StringAssert.Contains(refused.Error, "--labels");
        Assert.AreEqual(ExitCode.Success, named.ExitCode, named.Error);
        StringAssert.Contains(named.Out, "top-1");
        Assert.IsTrue(File.Exists(_folder["confusion.png"]));
    }

    [TestMethod]
    [DataRow("train", "--output", "x")]
    [DataRow("train", "--data", "x")]
    [DataRow("train", "--data", "x", "--output", "y", "--epochs", "0")]
    [DataRow("train", "--data", "x", "--output", "y", "--arch", "huge")]
    [DataRow("train", "--data", "x", "--output", "y", "--recipe", "nonsense")]
    [DataRow("train", "--output", "/nowhere-at-all", "--resume")]
    [DataRow("evaluate", "--data", "x")]
    [DataRow("evaluate", "--model", "a.zip", "--checkpoint", "b.pth", "--data", "x")]
    [DataRow("predict", "--model", "a.zip", "--checkpoint", "b.pth", "x.mp4")]
    public async Task AWrongCommandLineIsUsage(params string[] args) => Assert.AreEqual(ExitCode.Usage, (await Tool.RunAsync(args)).ExitCode);

    [TestMethod]
    public async Task AZipThatIsNoModelIsNamed()
    {
        File.WriteAllText(_folder["text.zip"], "no zip");

        foreach (string zip in new[] { _folder["text.zip"], _folder["missing.zip"] })
        {
            var run = await Tool.RunAsync("predict", "--model", zip, Path.Combine(Clips, "left", "000.mp4"));
            Assert.AreEqual(ExitCode.Failure, run.ExitCode);
            StringAssert.Contains(run.Error, zip);
        }
    }

    private Task<Tool> Train(params string[] args) => Tool.RunAsync(["train", "--data", Clips, "--output", Run, .. s_small, .. args]);

    private IReadOnlyList<JsonElement> Log() => Rows(Path.Combine(Run, "log.jsonl"));

    /// <summary>The tags of an event file, whose records are a length, its checksum, the event and its checksum (TFRecord).</summary>
    private static List<string> EventTags(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        var tags = new List<string>();
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            Assert.AreEqual(Checksum(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.AreEqual(Checksum(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            var match = System.Text.RegularExpressions.Regex.Match(System.Text.Encoding.Latin1.GetString(file, at + 12, length), "(epoch|step)/[a-z_0-9]+");
            if (match.Success) tags.Add(match.Value);
            at += length + 16;
        }

        return tags;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes) crc = BitOperations.Crc32C(crc, value);
        crc = ~crc;
        return unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8);
    }

    private static List<JsonElement> Rows(string path) => [.. File.ReadLines(path).Select(line => JsonDocument.Parse(line).RootElement)];

    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }

    private sealed class Scored
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
