using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Recipes;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary><c>distill</c>, with teachers and students so small that it takes seconds.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class DistillTests : IDisposable
{
    private static readonly string[] s_small = ["--tubelet", "2", "--frames", "4", "--size", "16", "--patch", "8", "--batch", "4", "--epochs", "2", "--device", "cpu", "--workers", "1"];

    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public DistillTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = torch.get_num_threads();
        torch.set_num_threads(1);
        MovingTextures.Write(Clips, perClass: 4, classes: 2, side: 24, frames: 6);
    }

    private string Clips => _folder["clips"];

    private string Teacher => Path.Combine(_folder["teacher"], "weights.safetensors");

    public void Dispose()
    {
        torch.set_num_threads(_threads);
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow]
    [DataRow("--soft", "--temperature", "2", "--patch", "4")]
    [DataRow("--hard", "--patch", "4")]
    public async Task AStudentLearnsFromATeacherThatIsNotInItsFile(params string[] how)
    {
        var kind = how.Length == 0 ? DistillationKind.Tokens : Enum.Parse<DistillationKind>(how[0].TrimStart('-'), ignoreCase: true);
        await Teach();

        var run = await Tool.RunAsync(["distill", "--teacher", Teacher, "--teacher-epochs", "1", "--distill-weight", "2.5", "--data", Clips, "--output", _folder["student"], "--depth", "2", .. s_small.Where(how.Length == 0 ? _ => true : option => option is not ("--patch" or "8")), .. how]);
        var evaluated = await Tool.RunAsync("evaluate", "--model", Path.Combine(_folder["student"], "model.zip"), "--data", Clips, "--json");
        var resumed = await Tool.RunAsync("distill", "--output", _folder["student"], "--resume", "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        Assert.AreEqual(8, evaluated.Rows.Single().GetProperty("clips").GetInt32());
        Assert.AreEqual((ExitCode.Success, 2), (resumed.ExitCode, resumed.Rows.Single().GetProperty("epochs").GetInt32()), resumed.Error);
        using var weights = Checkpoint.Open(Path.Combine(_folder["student"], "weights.safetensors"));
        Assert.IsFalse(weights.Tensors.Any(tensor => tensor.Name.Contains("distill", StringComparison.Ordinal)));
        StringAssert.Contains(File.ReadAllText(Path.Combine(_folder["student"], "report.md")), "videomamba distill ");
        var recipe = RecipeFile.Read(Path.Combine(_folder["student"], "recipe.json"));
        Assert.AreEqual((Teacher, 1, 2.5, kind), (recipe.Distillation!.Teacher, recipe.Distillation.TeacherEpochs, recipe.Distillation.Weight, recipe.Distillation.Kind));
    }

    [TestMethod]
    public async Task WhatDoesNotFitIsNamed()
    {
        await Teach();

        var patches = await Tool.RunAsync(["distill", "--teacher", Teacher, "--data", Clips, "--output", _folder["student"], .. s_small.Select(option => option == "8" ? "4" : option)]);
        var recipe = await Tool.RunAsync("train", "--recipe", "in1k-middle-224", "--data", Clips, "--output", _folder["student"]);

        Assert.AreNotEqual(ExitCode.Success, patches.ExitCode);
        StringAssert.Contains(patches.Error, "patch and tubelet must be the same");
        Assert.IsFalse(patches.Error.Contains("Parameter", StringComparison.Ordinal), patches.Error);
        Assert.AreEqual(ExitCode.Usage, recipe.ExitCode);
        StringAssert.Contains(recipe.Error, "is taught by videomamba_s16_in1k_res224.pth, which is not here");
    }

    [TestMethod]
    [DataRow("--teacher is required", "distill", "--data", "x", "--output", "y")]
    [DataRow("--soft needs --teacher", "train", "--soft", "--data", "x", "--output", "y")]
    [DataRow("--hard needs --teacher", "train", "--hard", "--data", "x", "--output", "y")]
    [DataRow("--soft and --hard exclude each other", "distill", "--teacher", "x", "--soft", "--hard", "--data", "x", "--output", "y")]
    [DataRow("--teacher-epochs must be at least 1", "distill", "--teacher", "x", "--teacher-epochs", "0", "--data", "x", "--output", "y")]
    public async Task AWrongCommandLineIsUsage(string says, params string[] args)
    {
        var run = await Tool.RunAsync(args);

        Assert.AreEqual(ExitCode.Usage, run.ExitCode);
        StringAssert.Contains(run.Error, says);
    }

    private async Task Teach()
    {
        var run = await Tool.RunAsync(["train", "--data", Clips, "--output", _folder["teacher"], "--depth", "1", .. s_small]);
        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
    }
}
