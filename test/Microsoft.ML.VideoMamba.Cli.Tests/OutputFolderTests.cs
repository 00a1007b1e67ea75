using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.TestCommon;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>What is in <c>--output</c> before: nothing of the user's is deleted or replaced, and no verb takes another's folder.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class OutputFolderTests : IDisposable
{
    private static readonly string[] s_train = ["--depth", "1", "--tubelet", "2", "--frames", "4", "--size", "16", "--patch", "8", "--batch", "4", "--epochs", "1", "--device", "cpu", "--workers", "1"];

    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public OutputFolderTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = torch.get_num_threads();
        torch.set_num_threads(1);
        MovingTextures.Write(_folder["clips"], perClass: 3, classes: 2, side: 24, frames: 6);
        File.WriteAllText(_folder["space.json"], """{"model.depth": {"choice": [1]}}""");
        File.WriteAllText(_folder["tiny.json"], """{"name": "tiny", "model": {"depth": 1, "frames": 4, "tubelet": 2, "size": 16, "patch": 8}, "schedule": {"epochs": 1, "step_size": 4, "rate_rule": "fixed", "learning_rate": 1e-3, "warmup_epochs": 0}}""");
    }

    private string Output => _folder["mine"];

    public void Dispose()
    {
        torch.set_num_threads(_threads);
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow("experiment")]
    [DataRow("train")]
    public async Task FilesThatAreNoneOfItsOwnStay(string verb)
    {
        string[] mine = ["cache/notes.txt", "decoded-clips/notes.txt", "decoded-clips/mine.clip", "sub/movie.mkv.partial", "sub/model.zip.0123456789abcdef0123456789abcdef.partial", "model.zip.partial", "report.txt", "events.out.tfevents.mine"];
        foreach (string file in mine) Write(file);

        var run = await (verb == "train" ? Train() : Search());

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        foreach (string file in mine) Assert.AreEqual("precious", File.ReadAllText(Path.Combine(Output, file)), file);
    }

    [TestMethod]
    [DataRow("experiment", "model.zip")]
    [DataRow("experiment", "recipe.json")]
    [DataRow("experiment", "run.json")]
    [DataRow("experiment", "trials/0001/model.zip")]
    [DataRow("train", "model.zip")]
    [DataRow("train", "recipe.json")]
    [DataRow("train", "state/notes.txt")]
    public async Task AFolderWithFilesThatItWouldReplaceIsRefused(string verb, string file)
    {
        Write(file);

        var refused = verb == "train" ? await Train("--force") : await Search();

        Assert.AreEqual(ExitCode.Usage, refused.ExitCode, refused.Error);
        Assert.Contains($"{Output} holds {file.Split('/')[0]}, which is no {(verb == "train" ? "training" : "experiment")}'s and would be replaced: name another folder.", refused.Error);
        CollectionAssert.AreEqual(new[] { Path.Combine(Output, file) }, Directory.GetFiles(Output, "*", SearchOption.AllDirectories));
        Assert.AreEqual("precious", File.ReadAllText(Path.Combine(Output, file)));
    }

    [TestMethod]
    public async Task AnExperimentDoesNotTakeATrainingsFolder()
    {
        Assert.AreEqual(ExitCode.Success, (await Train()).ExitCode);
        var before = Contents();

        var search = await Search();
        var resumed = await Search("--resume");

        Assert.AreEqual((ExitCode.Usage, ExitCode.Usage), (search.ExitCode, resumed.ExitCode));
        Assert.Contains("name another folder", search.Error);
        CollectionAssert.AreEqual(before, Contents());
        Assert.AreEqual(ExitCode.Success, (await Tool.RunAsync("train", "--output", Output, "--resume")).ExitCode);
    }

    [TestMethod]
    public async Task ATrainingDoesNotTakeAnExperimentsFolder()
    {
        Assert.AreEqual(ExitCode.Success, (await Search()).ExitCode);
        var before = Contents();

        foreach (var refused in new[] { await Train(), await Train("--force") })
        {
            Assert.AreEqual(ExitCode.Usage, refused.ExitCode);
            Assert.Contains("holds an experiment: name another folder", refused.Error);
        }

        var resumed = await Tool.RunAsync("train", "--output", Output, "--resume");
        Assert.AreEqual(ExitCode.Usage, resumed.ExitCode);
        Assert.Contains("was started by experiment: videomamba experiment goes on with it", resumed.Error);
        CollectionAssert.AreEqual(before, Contents());
    }

    [TestMethod]
    public async Task AForcedTrainingReplacesItsOwnFilesOnly()
    {
        Assert.AreEqual(ExitCode.Success, (await Train()).ExitCode);
        Write("state/notes.txt");
        byte[] before = File.ReadAllBytes(Path.Combine(Output, "weights.safetensors"));

        Assert.AreEqual(ExitCode.Success, (await Train("--force", "--seed", "2")).ExitCode);

        Assert.AreEqual("precious", File.ReadAllText(Path.Combine(Output, "state", "notes.txt")));
        CollectionAssert.AreNotEqual(before, File.ReadAllBytes(Path.Combine(Output, "weights.safetensors")));
    }

    [TestMethod]
    public async Task OneTrainingAtATimeHasAFolder()
    {
        Assert.AreEqual(ExitCode.Success, (await Train()).ExitCode);
        var before = Contents();
        Tool second;
        using (new Cli.Runs.RunFolder(Output).Hold()) second = await Tool.RunAsync("train", "--output", Output, "--resume");

        Assert.AreEqual(ExitCode.Failure, second.ExitCode);
        Assert.Contains("perhaps because a training runs there already", second.Error);
        CollectionAssert.AreEqual(before, Contents());
    }

    private void Write(string file)
    {
        string path = Path.Combine(Output, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "precious");
    }

    /// <summary>Each file with its bytes.</summary>
    private string[] Contents() => [.. Directory.GetFiles(Output, "*", SearchOption.AllDirectories).Order().Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")];

    private Task<Tool> Train(params string[] more) => Tool.RunAsync(["train", "--data", _folder["clips"], "--output", Output, .. s_train, .. more]);

    private Task<Tool> Search(params string[] more) =>
        Tool.RunAsync(["experiment", "--data", _folder["clips"], "--output", Output, "--space", _folder["space.json"], "--recipe", _folder["tiny.json"], "--trials", "1", "--tuner", "random", "--device", "cpu", "--workers", "1", .. more]);
}
