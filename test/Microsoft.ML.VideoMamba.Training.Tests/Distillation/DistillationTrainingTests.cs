using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Mixing;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Distillation;

/// <summary>Trainings with a teacher, from end to end.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class DistillationTrainingTests : IDisposable
{
    private static readonly VideoMambaConfig s_teacher = ToyClips.Config with { EmbedDim = 16, Depth = 1 };

    private readonly TemporaryFolder _folder = new();

    public DistillationTrainingTests()
    {
        using var teacher = new VideoMambaModel(s_teacher);
        CheckpointWriter.Save(teacher, Teacher);
    }

    private string Teacher => _folder["a teacher.safetensors"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void TheStudentsTokensTurnTowardsTheTeachersAndTheHeadIsDropped()
    {
        var options = Options() with { Epochs = 12 };
        var result = Fit(options);
        using var model = result.Model;

        Assert.IsFalse(model.state_dict().Keys.Any(name => name.Contains("distill", StringComparison.Ordinal)));
        Assert.IsTrue(model.parameters().All(parameter => parameter.grad is null));
        // The loss holds the labels' part and the teacher's: 2 where directions have nothing to do with each other.
        Assert.IsGreaterThan(2, result.Epochs[0].TrainLoss);
        Assert.IsLessThan(1, result.Epochs[^1].TrainLoss, "Both are learned");
        Assert.IsGreaterThan(0.8, result.Epochs[^1].ValidationTop1!.Value);
    }

    [TestMethod]
    public void TheTeacherIsLeftOutAfterItsEpochs()
    {
        var result = Fit(Options(options => options with { Weight = 1000, TeacherEpochs = 2 }) with { Epochs = 4, LearningRate = 1e-5 });
        result.Model.Dispose();

        Assert.IsTrue(result.Epochs.Take(2).All(epoch => epoch.TrainLoss > 500), "A thousand times the teacher's part");
        Assert.IsTrue(result.Epochs.Skip(2).All(epoch => epoch.TrainLoss < 5), "The labels' part alone");
    }

    [TestMethod]
    [DataRow(DistillationKind.Soft)]
    [DataRow(DistillationKind.Hard)]
    public void ClassScoresTeachAStudentOfOtherPatches(DistillationKind kind)
    {
        var config = ToyClips.Config with { PatchSize = 4, Tubelet = 1 };
        var options = Options(options => options with { Kind = kind, Weight = 3, Temperature = 2 });

        var result = new TrainingRun(config, options).Fit(ToyClips.Set());
        result.Model.Dispose();

        Assert.IsTrue(result.Epochs.All(epoch => double.IsFinite(epoch.TrainLoss)));
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new TrainingRun(config, Options()).Fit(ToyClips.Set())).Message, "The teacher makes 9 tokens of a clip, the student 65");
    }

    [TestMethod]
    public void TheTeachersHighestClassIsLearnedInPlaceOfTheLabels()
    {
        // A teacher that calls everything of class 2, and weighs far more than the labels.
        using (var teacher = new VideoMambaModel(s_teacher))
        {
            using var noGradients = no_grad();
            using var scope = NewDisposeScope();
            teacher.get_parameter("head.weight")!.zero_();
            teacher.get_parameter("head.bias")!.copy_(tensor(new float[] { 0, 0, 1 }));
            CheckpointWriter.Save(teacher, Teacher);
        }

        var result = Fit(Options(options => options with { Kind = DistillationKind.Hard, Weight = 100 }) with { ValidationFraction = 0 });
        using var model = result.Model;

        Assert.IsLessThan(result.Epochs[0].TrainLoss / 5, result.Epochs[^1].TrainLoss);
        Assert.IsTrue(ClipScorer.Score(model, ToyClips.Set(), ToyClips.Options).All(clip => clip.Output[2] == clip.Output.Max()), "The student says what the teacher says");
    }

    [TestMethod]
    [DataRow(DistillationKind.Tokens)]
    [DataRow(DistillationKind.Soft)]
    public void BothSubmodelsFollowTheTeacher(DistillationKind kind)
    {
        var options = Options(options => options with { Kind = kind }) with { Loss = ClassificationLoss.Cosub };

        var result = new TrainingRun(ToyClips.Config with { DropPath = 0.2 }, options).Fit(ToyClips.Set());
        result.Model.Dispose();

        Assert.IsLessThan(result.Epochs[0].TrainLoss, result.Epochs[^1].TrainLoss);
    }

    [TestMethod]
    public void NumbersAreTaughtByTokens()
    {
        using (var teacher = new VideoMambaModel(s_teacher with { Classes = 1 })) CheckpointWriter.Save(teacher, Teacher);
        var options = Options() with { Task = TrainingTask.Regression };

        var result = new TrainingRun(ToyClips.Config with { Classes = 1 }, options).Fit(ToyClips.Numbers());
        result.Model.Dispose();

        Assert.IsTrue(result.Epochs.All(epoch => double.IsFinite(epoch.TrainLoss)));
        Assert.ThrowsExactly<ArgumentException>(() => new TrainingRun(ToyClips.Config with { Classes = 1 }, options with { Distillation = options.Distillation! with { Kind = DistillationKind.Hard } }));
    }

    [TestMethod]
    [DataRow(TrainingPrecision.Float32)]
    [DataRow(TrainingPrecision.BFloat16)]
    public void StoppedItGoesOnAsIfItNeverWas(TrainingPrecision precision)
    {
        var options = Options(options => options with { TeacherEpochs = 3 }) with { Epochs = 4, Precision = precision, Mixing = new MixOptions(), AverageDecay = 0.9, AccumulationSteps = 2 };
        var whole = Fit(options);

        using var source = new CancellationTokenSource();
        var resumable = options with { StateFolder = _folder["state"], Resume = true };
        new TrainingRun(ToyClips.Config, resumable).Fit(ToyClips.Set(), epochDone: epoch => { if (epoch.Epoch == 2) source.Cancel(); }, cancellation: source.Token).Model.Dispose();
        var resumed = Fit(resumable);

        CollectionAssert.AreEqual(whole.Epochs.Select(epoch => epoch.TrainLoss).ToList(), resumed.Epochs.Select(epoch => epoch.TrainLoss).ToList());
        foreach (var (name, value) in whole.Model.state_dict()) Assert.IsTrue(value.equal(resumed.Model.state_dict()[name]).all().item<bool>(), name);
        whole.Model.Dispose();
        resumed.Model.Dispose();
    }

    [TestMethod]
    public void AMissingTeacherIsNamed()
    {
        var options = Options(options => options with { Teacher = _folder["none.pth"] });

        StringAssert.Contains(Assert.Throws<IOException>(() => Fit(options)).Message, "none.pth");
    }

    private TrainingOptions Options(Func<DistillationOptions, DistillationOptions>? change = null)
    {
        var distillation = new DistillationOptions { Teacher = Teacher };
        return ToyClips.Options with { Distillation = change is null ? distillation : change(distillation) };
    }

    private static TrainingResult Fit(TrainingOptions options) => new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set());
}
