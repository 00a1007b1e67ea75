using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Tests.Experiments;

/// <summary>Experiments of small networks: what they leave, and that nothing ends them too early.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class ExperimentTests : IDisposable
{
    private static readonly Recipe s_recipe = SmallRecipe.Of(TrainingTask.Classification) with
    {
        Model = new RecipeModel { Depth = 1, Frames = ToyClips.Frames, Tubelet = 2, Size = ToyClips.Side, Patch = 8 },
        Augmentation = ClipAugmentation.None,
        Schedule = new RecipeSchedule { Epochs = 6, StepSize = 8, RateRule = RateRule.Fixed, LearningRate = 1e-3, WarmupEpochs = 0 },
    };

    private static readonly RecipeSpace s_space = new([new RangeParameter("schedule.learning_rate", 1e-5, 1e-2) { Scale = RangeScale.Log }, ChoiceParameter.Of("model.depth", 1, 2)]);

    private readonly TemporaryFolder _folder = new();

    private ExperimentFolder Files => new(_folder["experimént"]);

    private ExperimentOptions Options => new() { Folder = Files.FullName, MaxTrials = 4, Tuner = TunerKind.Random, Workers = 1, OnFailure = FailurePolicy.Throw };

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void TheBestTrialsModelAndRecipeAreThere()
    {
        var reports = new List<ExperimentProgress>();

        var result = Run(Options, progress: reports.Add);

        Assert.HasCount(4, result.Trials);
        Assert.IsTrue(result.Trials.All(trial => trial is { State: TrialState.Finished, Epochs: 6, Metric: >= 0 and <= 1, Error: null }));
        Assert.AreEqual(result.Trials.Max(trial => trial.Metric), result.Best!.Metric);
        Assert.AreEqual(s_recipe.Schedule.LearningRate, result.Trials[0].Parameters["schedule.learning_rate"].GetDouble());
        Assert.IsTrue(File.ReadAllBytes(Files.Model).SequenceEqual(File.ReadAllBytes(result.Best.Model!)));
        var recipe = RecipeFile.Read(Files.Recipe);
        Assert.AreEqual(result.Best.Parameters["schedule.learning_rate"].GetDouble(), recipe.Schedule.LearningRate);
        Assert.AreEqual(result.Best.Parameters["model.depth"].GetInt32(), recipe.Model.Depth);
        string[] rows = File.ReadAllLines(Files.Table);
        Assert.AreEqual("trial,state,top1,loss,epochs,seconds,schedule.learning_rate,model.depth,model,error", rows[0]);
        CollectionAssert.AreEqual(new[] { "1,finished", "2,finished", "3,finished", "4,finished" }, rows[1..].Select(row => string.Join(',', row.Split(',')[..2])).ToArray());
        Assert.AreEqual(24, reports.Where(report => report.Trial.State == TrialState.Running && report.Trial.Epochs > 0).DistinctBy(report => (report.Trial.Number, report.Trial.Epochs)).Count());
        Assert.IsFalse(Directory.EnumerateFileSystemEntries(Files.FullName, "*", SearchOption.AllDirectories).Any(path => path.EndsWith(".partial", StringComparison.Ordinal) || Path.GetFileName(path) == "state"));
    }

    [TestMethod]
    public void ATrialIsTheTrainingOfItsRecipe()
    {
        var fold = Fold();
        var result = Run(Options with { MaxTrials = 1 }, fold: fold);

        var alone = new TrainingRun(s_recipe.ToConfig(ToyClips.Classes), s_recipe.ToTrainingOptions(8) with { Workers = 1 }).Fit(fold.Training, fold.Validation);
        alone.Model.Dispose();

        Assert.AreEqual(alone.Epochs[alone.BestEpoch - 1].ValidationTop1, result.Best!.Metric);
        Assert.AreEqual(alone.Epochs[alone.BestEpoch - 1].ValidationLoss, result.Best.Loss);
    }

    [TestMethod]
    public void TrialsThatFailAreRows()
    {
        // Rates up to a million: losses become infinite.
        var space = new RecipeSpace([new RangeParameter("schedule.learning_rate", 1e-3, 1e6) { Scale = RangeScale.Log }]);

        var result = Run(Options with { MaxTrials = 6, Seed = 3 }, space: space);

        Assert.HasCount(6, result.Trials);
        var failed = result.Trials.Where(trial => trial.State == TrialState.Failed).ToList();
        Assert.IsNotEmpty(failed);
        Assert.IsTrue(failed.All(trial => trial is { Error: not null, Exception: not null, IsCandidate: false }));
        Assert.AreEqual(TrialState.Finished, result.Best!.State);
        Assert.Contains(failed[0].Error!.Replace("\"", "\"\"", StringComparison.Ordinal), File.ReadAllText(Files.Table));
    }

    [TestMethod]
    public void WhereEveryTrialFailsTheExperimentEndsAndSaysWhy()
    {
        var clips = new ScriptedClips(ToyClips.Set(), index => throw ScriptedClips.Unreadable(index));

        var error = Assert.ThrowsExactly<ExperimentException>(() => Run(Options with { MaxTrials = 50 }, fold: new ExperimentFold(clips, ToyClips.Set(2))));

        Assert.Contains("The first 5 trials failed", error.Message);
        Assert.Contains("is damaged", error.Message);
        Assert.HasCount(6, File.ReadAllLines(Files.Table));
    }

    [TestMethod]
    [DataRow(TunerKind.Random)]
    [DataRow(TunerKind.Asha)]
    [DataRow(TunerKind.CostFrugal)]
    public void StoppedAnywhereItGoesOnAsIfItHadNotBeen(TunerKind tuner)
    {
        var whole = Run(Options with { Tuner = tuner, Folder = _folder["whole"] });

        ExperimentResult result;
        int runs = 0;
        do
        {
            // Each run is cancelled in its second epoch; sometimes a line was half written.
            using var source = new CancellationTokenSource();
            int epochs = 0;
            result = Run(Options with { Tuner = tuner, Resume = true }, progress: report => { if (report.Trial.State == TrialState.Running && report.Trial.Epochs > 0 && ++epochs == 3) source.Cancel(); }, cancellation: source.Token);
            if (++runs % 2 == 0) File.AppendAllText(Files.Journal, "{\"event\":\"epo");
        }
        while (result.Cancelled && runs < 100);

        Assert.IsGreaterThan(2, runs);
        CollectionAssert.AreEqual(Rows(whole), Rows(result));
        Assert.AreEqual(whole.Best!.Number, result.Best!.Number);
        CollectionAssert.AreEqual(File.ReadAllBytes(whole.Best.Model!), File.ReadAllBytes(Files.Model));
    }

    /// <summary>A process that is killed has told of epochs whose model it did not write.</summary>
    [TestMethod]
    public void KilledWithNoTimeLeftTheModelIsTheOneThatTheTableSpeaksOf()
    {
        using var source = new CancellationTokenSource();
        Run(Options, progress: report => { if (report.Trial.Epochs == 3) source.Cancel(); }, cancellation: source.Token);
        byte[] model = File.ReadAllBytes(Files.ModelOf(1));
        File.Delete(Files.ModelOf(1));
        File.Delete(Files.Model);

        var result = Run(Options with { Resume = true, Time = TimeSpan.FromTicks(1) });

        Assert.AreEqual((1, 3, TrialState.Running), (result.Best!.Number, result.Best.Epochs, result.Best.State));
        CollectionAssert.AreEqual(model, File.ReadAllBytes(Files.ModelOf(1)));
        CollectionAssert.AreEqual(model, File.ReadAllBytes(Files.Model));
    }

    [TestMethod]
    public void MoreTrialsFollowWhenMoreAreAskedFor()
    {
        Run(Options with { MaxTrials = 2 });
        var before = File.GetLastWriteTimeUtc(Files.ModelOf(1));

        var result = Run(Options with { MaxTrials = 3, Resume = true });

        Assert.HasCount(3, result.Trials);
        Assert.AreEqual(before, File.GetLastWriteTimeUtc(Files.ModelOf(1)));
    }

    [TestMethod]
    public void CancellationReturnsTheBestSoFar()
    {
        using var source = new CancellationTokenSource();

        var result = Run(Options with { MaxTrials = 50 }, progress: report => { if (report.Trial is { Number: 2, Epochs: 2 }) source.Cancel(); }, cancellation: source.Token);

        Assert.IsTrue(result.Cancelled);
        Assert.HasCount(2, result.Trials);
        Assert.AreEqual((TrialState.Finished, TrialState.Running), (result.Trials[0].State, result.Trials[1].State));
        Assert.IsTrue(File.Exists(result.Best!.Model));
    }

    /// <summary>Epochs of 300 ms or more: the budget is overrun by one at most.</summary>
    [TestMethod]
    public void TheTimeIsKeptWithinAnEpoch()
    {
        var clips = new ScriptedClips(ToyClips.Set(4), _ => Thread.Sleep(20));
        var fold = new ExperimentFold(clips, ToyClips.Set(1));
        var epochs = new List<double>();
        var clock = Stopwatch.StartNew();
        double last = 0;

        var result = Run(Options with { MaxTrials = null, Time = TimeSpan.FromSeconds(2.5) }, fold: fold, progress: report =>
        {
            epochs.Add(clock.Elapsed.TotalSeconds - last);
            last = clock.Elapsed.TotalSeconds;
        });

        double seconds = clock.Elapsed.TotalSeconds;
        Assert.IsLessThan(2.5 + epochs.Max(), seconds);
        Assert.IsGreaterThan(2.5 - 3 * epochs.Max(), seconds);
        Assert.IsNotNull(result.Best);
    }

    [TestMethod]
    public void AnotherExperimentIsRefused()
    {
        Run(Options with { MaxTrials = 1 });

        string Refusal(ExperimentOptions options, RecipeSpace? space = null, ExperimentFold? fold = null) => Assert.ThrowsExactly<ExperimentException>(() => Run(options, space, fold)).Message;

        Assert.Contains("resume it, or choose another folder", Refusal(Options));
        Assert.Contains("seed was 1, now it is 2", Refusal(Options with { Resume = true, Seed = 2 }));
        Assert.Contains("tuner was Random, now it is Asha", Refusal(Options with { Resume = true, Tuner = TunerKind.Asha }));
        Assert.Contains("space was", Refusal(Options with { Resume = true }, new RecipeSpace([ChoiceParameter.Of("model.depth", 1, 2)])));
        Assert.Contains("training set 0", Refusal(Options with { Resume = true }, fold: Fold(perClass: 5)));
        File.WriteAllText(Files.Journal, "{}\n");
        Assert.Contains("line 1", Refusal(Options with { Resume = true }));
    }

    [TestMethod]
    public void AnExperimentRunsOnceAtATime()
    {
        string? refusal = null;

        Run(Options with { MaxTrials = 1 }, progress: report => refusal ??= Assert.ThrowsExactly<ExperimentException>(() => Run(Options with { MaxTrials = 1, Resume = true })).Message);

        Assert.Contains("runs already", refusal!);
    }

    [TestMethod]
    [DataRow("mine, without a line's end")]
    [DataRow("mine\nand more of it")]
    [DataRow("{\"a\":1}\n")]
    public void AFileThatIsNoJournalStaysAsItWas(string text)
    {
        Directory.CreateDirectory(Files.FullName);
        File.WriteAllText(Files.Journal, text);

        Assert.Contains("line 1", Assert.ThrowsExactly<ExperimentException>(() => Run(Options with { Resume = true })).Message);

        Assert.AreEqual(text, File.ReadAllText(Files.Journal));
        CollectionAssert.AreEqual(new[] { Files.Journal }, Directory.GetFileSystemEntries(Files.FullName));
    }

    [TestMethod]
    public void WhatAKilledProcessHalfWroteIsTakenAway()
    {
        Run(Options with { MaxTrials = 1 });
        string half = $".{Guid.NewGuid():N}.partial";
        foreach (string file in new[] { Files.Table + half, Files.ModelOf(1) + half, Path.Combine(Files.FullName, "mine" + half) }) File.WriteAllText(file, "half");

        Run(Options with { MaxTrials = 1, Resume = true });

        CollectionAssert.AreEqual(new[] { "mine" + half }, Directory.EnumerateFiles(Files.FullName, "*.partial", SearchOption.AllDirectories).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void AClaimInWhichNothingBeganLeavesNothing()
    {
        using (ExperimentClaim.Take(Files.FullName, resume: false)) Assert.IsTrue(File.Exists(Files.Journal));
        Assert.IsFalse(Directory.Exists(Files.FullName));

        Directory.CreateDirectory(Files.FullName);
        ExperimentClaim.Take(Files.FullName, resume: false).Dispose();
        Assert.IsEmpty(Directory.GetFileSystemEntries(Files.FullName));

        File.WriteAllText(Files.Recipe, "mine");
        Assert.Contains("holds recipe.json, which is no experiment's", Assert.ThrowsExactly<ExperimentException>(() => Run(Options)).Message);
        Assert.AreEqual("mine", File.ReadAllText(Files.Recipe));
    }

    [TestMethod]
    public void ADamagedStateIsTrainedAgain()
    {
        using var source = new CancellationTokenSource();
        Run(Options with { MaxTrials = 1 }, progress: report => { if (report.Trial.Epochs == 3) source.Cancel(); }, cancellation: source.Token);
        File.WriteAllText(Path.Combine(Files.FullName, "trials", "0001", "state", "fold-0", "last.safetensors"), "x");

        var result = Run(Options with { MaxTrials = 1, Resume = true });

        CollectionAssert.AreEqual(Rows(Run(Options with { MaxTrials = 1, Folder = _folder["whole"] })), Rows(result));
    }

    [TestMethod]
    [DataRow(TunerKind.Random)]
    [DataRow(TunerKind.Asha)]
    public void OfFoldsTheMeanCounts(TunerKind tuner)
    {
        var clips = ToyClips.Set(4);
        var folds = ExperimentFold.Split(clips, TrainingTask.Classification, count: 3, seed: 1);

        var result = new Experiment(s_recipe, s_space, folds, ToyClips.Classes, Options with { MaxTrials = 3, Tuner = tuner }, Save).Run();

        var alone = folds.Select(fold => new TrainingRun(s_recipe.ToConfig(ToyClips.Classes), s_recipe.ToTrainingOptions(8) with { Workers = 1, PauseAfter = result.Trials[0].Epochs }).Fit(fold.Training, fold.Validation)).ToList();
        foreach (var one in alone) one.Model.Dispose();
        Assert.AreEqual(alone.Average(one => one.Epochs[one.BestEpoch - 1].ValidationTop1!.Value), result.Trials[0].Metric!.Value, 1e-12);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, clips.Count).ToArray(), Enumerable.Range(0, 3).SelectMany(fold => Clips.ClipSplit.Folds([.. Enumerable.Range(0, clips.Count).Select(clips.LabelOf)], TrainingTask.Classification, 3, 1)[fold]).ToArray());
    }

    [TestMethod]
    public void FoldsTakeTurnsSoThatTimeEndsBetweenEpochs()
    {
        var folds = ExperimentFold.Split(ToyClips.Set(4), TrainingTask.Classification, count: 3, seed: 1);

        var result = new Experiment(s_recipe, s_space, folds, ToyClips.Classes, Options with { Time = TimeSpan.FromMilliseconds(1) }, Save).Run();

        Assert.AreEqual(1, result.Best!.Epochs);
        Assert.HasCount(1, result.Trials);
    }

    [TestMethod]
    [DataRow(ExperimentMetric.RSquared)]
    [DataRow(ExperimentMetric.MeanAbsoluteError)]
    [DataRow(null)]
    public void NumbersAreLearnedToo(ExperimentMetric? metric)
    {
        var recipe = s_recipe with { Task = TrainingTask.Regression, LabelSmoothing = 0 };
        var fold = ExperimentFold.HoldOut(ToyClips.Numbers(), TrainingTask.Regression, 0.25, seed: 1);

        var result = new Experiment(recipe, s_space, [fold], 1, Options with { MaxTrials = 3, Metric = metric }, Save).Run();

        var metrics = result.Trials.Select(trial => trial.Metric!.Value).ToList();
        Assert.AreEqual(metric == ExperimentMetric.RSquared ? metrics.Max() : metrics.Min(), result.Best!.Metric);
    }

    [TestMethod]
    public void AWrongOptionIsNamed()
    {
        Assert.Contains(nameof(ExperimentOptions.Metric), Assert.ThrowsExactly<ArgumentException>(() => Run(Options with { Metric = ExperimentMetric.RSquared })).Message);
        Assert.Contains(nameof(ExperimentOptions.MaxTrials), Assert.ThrowsExactly<ArgumentException>(() => Run(Options with { MaxTrials = 0 })).Message);
        Assert.Contains("would never end", Assert.ThrowsExactly<ArgumentException>(() => Run(Options with { MaxTrials = null })).Message);
        Assert.Contains("There is no metric 'f1'; there are top1", Assert.ThrowsExactly<ArgumentException>(() => ExperimentMetrics.Find("f1")).Message);
    }

    private ExperimentResult Run(ExperimentOptions options, RecipeSpace? space = null, ExperimentFold? fold = null, Action<ExperimentProgress>? progress = null, CancellationToken cancellation = default) =>
        new Experiment(s_recipe, space ?? s_space, [fold ?? Fold()], ToyClips.Classes, options, Save).Run(progress is null ? null : new Listener(progress), cancellation);

    private static ExperimentFold Fold(int perClass = 4) => ExperimentFold.HoldOut(ToyClips.Set(perClass), TrainingTask.Classification, 0.25, seed: 1);

    private static void Save(TrainingResult result, string path) => CheckpointWriter.Save(result.Model, path);

    /// <summary>All of a trial but its times.</summary>
    private static string[] Rows(ExperimentResult result) => [.. result.Trials.Select(trial => $"{trial.Number} {trial.State} {trial.Metric} {trial.Loss} {trial.Epochs} {JsonSerializer.Serialize(trial.Parameters)}")];

    private sealed class Listener(Action<ExperimentProgress> heard) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => heard(value);
    }
}
