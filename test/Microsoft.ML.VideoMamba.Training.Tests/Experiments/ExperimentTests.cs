using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Training.Runs;
using Microsoft.ML.VideoMamba.Video;
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
        Assert.IsTrue(failed.All(trial => trial is { Error: not null, Exception: not null } && trial.IsCandidate == trial.Epochs > 0));
        Assert.AreEqual(TrialState.Finished, result.Best!.State);
        Assert.Contains(failed[0].Error!.Replace("\"", "\"\"", StringComparison.Ordinal), File.ReadAllText(Files.Table));
    }

    [TestMethod]
    public void WhereEveryTrialFailsTheExperimentEndsAndSaysWhy()
    {
        var clips = new ScriptedClips(ToyClips.Set(), _ => throw new InvalidOperationException("is broken"));

        var error = Assert.ThrowsExactly<ExperimentException>(() => Run(Options with { MaxTrials = 50 }, fold: new ExperimentFold(clips, ToyClips.Set(2))));

        Assert.Contains("The first 5 trials failed", error.Message);
        Assert.Contains("is broken", error.Message);
        Assert.HasCount(6, File.ReadAllLines(Files.Table));
    }

    [TestMethod]
    public void TrialsThatFailOneAfterTheOtherEndItToo()
    {
        int readings = 0;
        var clips = new ScriptedClips(ToyClips.Set(2), _ => { if (Interlocked.Increment(ref readings) > 6 * 6) throw new InvalidOperationException("is broken"); });

        var result = Run(Options with { MaxTrials = 50 }, fold: new ExperimentFold(clips, ToyClips.Set(1)));

        Assert.HasCount(21, result.Trials);
        Assert.AreEqual(1, result.Best!.Number);
    }

    /// <summary>No trial can mend a clip: the first failure is enough, and the trial is not lost by it.</summary>
    [TestMethod]
    [DataRow(FailurePolicy.Throw)]
    [DataRow(FailurePolicy.Skip)]
    public void ClipsThatCannotBeReadAreNoTrialsFailure(FailurePolicy policy)
    {
        bool isDamaged = true;
        var clips = new ScriptedClips(ToyClips.Set(1), index => { if (isDamaged) throw ScriptedClips.Unreadable(index); });
        var fold = new ExperimentFold(ToyClips.Set(2), clips);
        var options = Options with { MaxTrials = 2, OnFailure = policy };

        var error = Assert.ThrowsExactly<ExperimentException>(() => Run(options, fold: fold));

        Assert.StartsWith("No trial can be trained on these clips: ", error.Message);
        Assert.Contains("clip 0: is damaged (stage: decode). Mend what cannot be read", error.Message);
        isDamaged = false;
        CollectionAssert.AreEqual(Rows(Run(options with { Folder = _folder["whole"] }, fold: fold)), Rows(Run(options with { Resume = true }, fold: fold)));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void AFullDiskIsNoTrialsFailure(bool isModel)
    {
        string state = Path.Combine(Files.FullName, "trials", "0002", "state");
        bool isFull = true;
        void SaveIfThereIsRoom(TrainingResult result, string path)
        {
            if (isFull && isModel && path == Files.ModelOf(2)) throw new IOException("No space left on device.");
            Save(result, path);
            if (!isFull || isModel || path != Files.ModelOf(1)) return;
            Directory.CreateDirectory(Path.GetDirectoryName(state)!);
            File.WriteAllText(state, "in the way");
        }

        ExperimentResult Search(ExperimentOptions options) => new Experiment(s_recipe, s_space, [Fold()], ToyClips.Classes, options, SaveIfThereIsRoom).Run();

        var error = Assert.ThrowsExactly<ExperimentException>(() => Search(Options with { MaxTrials = 2 }));

        Assert.Contains($"{Files.FullName} cannot be written: ", error.Message);
        Assert.Contains("make room, then resume", error.Message);
        isFull = false;
        if (!isModel) File.Delete(state);
        CollectionAssert.AreEqual(Rows(Search(Options with { MaxTrials = 2, Folder = _folder["whole"] })), Rows(Search(Options with { MaxTrials = 2, Resume = true })));
    }

    [TestMethod]
    public void ATrialThatFailsLaterKeepsItsModelFromBefore()
    {
        int readings = 0;
        var clips = new ScriptedClips(ToyClips.Set(2), index => { if (index == 0 && Interlocked.Increment(ref readings) == 4) throw new InvalidOperationException("is broken"); });
        var fold = new ExperimentFold(clips, ToyClips.Set(1));

        var result = Run(Options with { MaxTrials = 1 }, fold: fold);

        Assert.AreEqual((1, 3, TrialState.Failed), (result.Best!.Number, result.Best.Epochs, result.Best.State));
        var whole = Run(Options with { MaxTrials = 1, Time = TimeSpan.FromHours(1), Folder = _folder["whole"] }, fold: fold);
        Assert.AreEqual(whole.Trials[0].Course[2], result.Best.Metric);
        CollectionAssert.AreEqual(File.ReadAllBytes(result.Best.Model!), File.ReadAllBytes(Files.Model));
    }

    [TestMethod]
    public void TheStateOfATrialThatIsOverIsCleared()
    {
        Run(Options with { MaxTrials = 1 });
        string state = Path.Combine(Files.FullName, "trials", "0001", "state");
        Directory.CreateDirectory(Path.Combine(state, "fold-0"));

        Run(Options with { MaxTrials = 1, Resume = true });

        Assert.IsFalse(Directory.Exists(state));
    }

    /// <summary>Cancelled within its first epoch.</summary>
    [TestMethod]
    public void ATrialThatIsStoppedSaysSoAndItsTimeCounts()
    {
        using var source = new CancellationTokenSource();
        var clips = new ScriptedClips(ToyClips.Set(2), _ => { Thread.Sleep(100); source.Cancel(); });
        var fold = new ExperimentFold(clips, ToyClips.Set(1));
        var states = new List<TrialState>();

        var result = Run(Options, fold: fold, progress: report => states.Add(report.Trial.State), cancellation: source.Token);

        Assert.AreEqual(TrialState.Stopped, result.Trials.Single().State);
        CollectionAssert.AreEqual(new[] { TrialState.Running, TrialState.Stopped }, states);
        Assert.StartsWith("1,stopped,", File.ReadAllLines(Files.Table)[1]);
        var again = Run(Options with { Resume = true, Time = TimeSpan.FromTicks(1) }, fold: fold);
        Assert.IsGreaterThanOrEqualTo(0.1, again.Elapsed.TotalSeconds);
        Assert.IsGreaterThanOrEqualTo(0.1, again.Trials.Single().Seconds);
    }

    [TestMethod]
    public void ClipsAreReadAheadOfTheFirstTrial()
    {
        var clips = new KeptClips(ToyClips.Set(3), TimeSpan.FromMilliseconds(20));
        var fold = ExperimentFold.HoldOut(clips, TrainingTask.Classification, 0.34, seed: 1);
        var reading = new List<ClipsRead>();
        int before = 0;

        var result = new Experiment(s_recipe, s_space, [fold], ToyClips.Classes, Options with { MaxTrials = 1 }, Save)
            .Run(new Listener<ExperimentProgress>(report => before = Math.Max(before, report.Trial.Epochs == 0 ? clips.Read : 0)), new Listener<ClipsRead>(reading.Add));

        Assert.AreEqual((9, 9), (before, clips.Read));
        Assert.AreEqual(new ClipsRead(9, 9), reading[^1]);
        Assert.IsGreaterThanOrEqualTo(9 * 0.02, result.Elapsed.TotalSeconds);
    }

    [TestMethod]
    public void ReadingEndsWithTheTime()
    {
        var clips = new KeptClips(ToyClips.Set(20), TimeSpan.FromMilliseconds(20));
        var fold = ExperimentFold.HoldOut(clips, TrainingTask.Classification, 0.34, seed: 1);

        var result = Run(Options with { Time = TimeSpan.FromMilliseconds(300) }, fold: fold);
        int read = clips.Read;
        var spent = Run(Options with { Time = TimeSpan.FromSeconds(10), Spent = TimeSpan.FromSeconds(11), Resume = true }, fold: fold);

        Assert.IsEmpty(result.Trials);
        Assert.IsLessThan(60, read);
        Assert.IsEmpty(spent.Trials);
        Assert.AreEqual(read, clips.Read);
        Assert.IsGreaterThan(11, spent.Elapsed.TotalSeconds);
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

        Assert.AreEqual((1, 3, TrialState.Stopped), (result.Best!.Number, result.Best.Epochs, result.Best.State));
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
        Assert.AreEqual((TrialState.Finished, TrialState.Stopped), (result.Trials[0].State, result.Trials[1].State));
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
        Assert.Contains("balance classes was false, now it is true", Refusal(Options with { Resume = true, BalanceClasses = true }));
        Assert.Contains("largest batch was 32, now it is 4", Refusal(Options with { Resume = true, MaxBatchSize = 4 }));
        Assert.Contains("precision was Float32, now it is BFloat16", Refusal(Options with { Resume = true, Precision = TrainingPrecision.BFloat16 }));
        Assert.Contains("on failure was Throw, now it is Skip", Refusal(Options with { Resume = true, OnFailure = FailurePolicy.Skip }));
        Assert.Contains("training set 0 was 9 clips (3 of class 0, 3 of class 1, 3 of class 2), labels ", Refusal(Options with { Resume = true }, fold: Fold(perClass: 5)));
        File.WriteAllText(Files.Journal, "{}\n");
        Assert.Contains("line 1", Refusal(Options with { Resume = true }));
    }

    [TestMethod]
    public void OtherFilesOfTheSameLabelsAreAnotherSet()
    {
        string Describe(params string[] paths) => RunSettings.Describe(new VideoFileClips([.. paths.Select(path => new LabeledFile(path, TrainingLabel.OfClass(1)))], new ClipCache(0), 8, 16));

        Assert.AreEqual(Describe("a/1.mp4", "a/2.mp4"), Describe("moved/1.mp4", "moved/2.mp4"));
        Assert.AreNotEqual(Describe("a/1.mp4", "a/2.mp4"), Describe("a/1.mp4", "a/3.mp4"));
        Assert.AreNotEqual(Describe("a/1.mp4", "a/2.mp4"), Describe("a/2.mp4", "a/1.mp4"));
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
        CollectionAssert.AreEquivalent(Enumerable.Range(0, clips.Count).ToArray(), Enumerable.Range(0, 3).SelectMany(fold => ClipSplit.Folds([.. Enumerable.Range(0, clips.Count).Select(clips.LabelOf)], TrainingTask.Classification, 3, 1)[fold]).ToArray());
    }

    [TestMethod]
    public void FoldsTakeTurnsSoThatTimeEndsBetweenEpochs()
    {
        var folds = ExperimentFold.Split(ToyClips.Set(4), TrainingTask.Classification, count: 3, seed: 1);

        var result = new Experiment(s_recipe, s_space, folds, ToyClips.Classes, Options with { Time = TimeSpan.FromMilliseconds(20) }, Save).Run();

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
        new Experiment(s_recipe, space ?? s_space, [fold ?? Fold()], ToyClips.Classes, options, Save).Run(progress is null ? null : new Listener<ExperimentProgress>(progress), cancellation: cancellation);

    private static ExperimentFold Fold(int perClass = 4) => ExperimentFold.HoldOut(ToyClips.Set(perClass), TrainingTask.Classification, 0.25, seed: 1);

    private static void Save(TrainingResult result, string path) => CheckpointWriter.Save(result.Model, path);

    /// <summary>All of a trial but its times.</summary>
    private static string[] Rows(ExperimentResult result) => [.. result.Trials.Select(trial => $"{trial.Number} {trial.State} {trial.Metric} {trial.Loss} {trial.Epochs} {JsonSerializer.Serialize(trial.Parameters)}")];

    private sealed class Listener<T>(Action<T> heard) : IProgress<T>
    {
        public void Report(T value) => heard(value);
    }

    /// <summary>Clips that take a while to read, once.</summary>
    private sealed class KeptClips(ITrainingClips clips, TimeSpan duration) : ITrainingClips
    {
        private readonly ConcurrentDictionary<int, bool> _kept = new();

        public int Count => clips.Count;

        public int Read => _kept.Count;

        public TrainingLabel LabelOf(int index) => clips.LabelOf(index);

        public void ReadAhead(int index) => ReadClip(index);

        public VideoClip ReadClip(int index)
        {
            if (_kept.TryAdd(index, true)) Thread.Sleep(duration);
            return clips.ReadClip(index);
        }
    }
}
