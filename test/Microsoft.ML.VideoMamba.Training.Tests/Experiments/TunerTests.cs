using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

namespace Microsoft.ML.VideoMamba.Training.Tests.Experiments;

/// <summary>What tuners do on objectives whose optimum is known.</summary>
[TestClass]
public sealed class TunerTests
{
    private const int Epochs = 27;

    private static readonly RecipeSpace s_rate = new([new RangeParameter("schedule.learning_rate", 1e-6, 1) { Scale = RangeScale.Log }]);

    private static readonly RecipeSpace s_several = new(
    [
        ChoiceParameter.Of("checkpoint", null, "a.pth"),
        new RangeParameter("schedule.learning_rate", 1e-6, 1) { Scale = RangeScale.Log },
        new RangeParameter("optimizer.weight_decay", 0, 1),
        ChoiceParameter.Of("model.depth", 1, 2, 3, 4) with { When = [new ParameterCondition("checkpoint", ChoiceParameter.Of("", [null]).Values)] },
    ]);

    public static IEnumerable<object[]> Kinds => Enum.GetValues<TunerKind>().Select(kind => new object[] { kind });

    /// <summary>Trials needed until the rate is within a fifth of a decade of the best, 1e-2, from 1e-4: the mean over many seeds.</summary>
    [TestMethod]
    public void CostFrugalFindsARateInFewerTrialsThanRandom()
    {
        double frugal = MeanTrials(TunerKind.CostFrugal), random = MeanTrials(TunerKind.Random);

        Assert.IsLessThan(0.75 * random, frugal, $"cost-frugal {frugal:0.0}, random {random:0.0}");
    }

    /// <summary>The best trial within a fixed number is nearer to the optimum of a bowl in several dimensions.</summary>
    [TestMethod]
    public void CostFrugalComesNearerThanRandom()
    {
        double frugal = MeanBest(TunerKind.CostFrugal), random = MeanBest(TunerKind.Random);

        Assert.IsGreaterThan(random, frugal, $"cost-frugal {frugal:0.000}, random {random:0.000}");
    }

    /// <summary>Fifty random trials, or as many in the same order: the best of them is found with a fraction of the epochs.</summary>
    [TestMethod]
    public void AshaFindsWhatRandomFindsInLessThanHalfOfItsEpochs()
    {
        foreach (int seed in Enumerable.Range(1, 20))
        {
            var random = Play(TunerKind.Random, s_rate, seed, trials: 50, Bowl);
            var asha = Play(TunerKind.Asha, s_rate, seed, trials: 50, Bowl);

            Assert.IsGreaterThanOrEqualTo(random.Best.Value, asha.Best.Value, $"seed {seed}");
            Assert.IsLessThan(random.Epochs / 2, asha.EpochsToBest);
        }
    }

    /// <summary>At the end the best third of each rung has gone on, and hardly another: one that was among the best when it was asked for.</summary>
    [TestMethod]
    public void AshaPromotesTheBestOfEachRung()
    {
        var scores = new Dictionary<int, double>();
        var game = Play(TunerKind.Asha, s_rate, seed: 3, trials: 27, (point, trial, _) => scores[trial] = Bowl(point, trial, 0));

        int[] reached = [.. game.EpochsOf.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
        Assert.HasCount(27, reached);
        Assert.IsInRange(9, 14, reached.Count(epochs => epochs >= 9));
        Assert.IsInRange(3, 5, reached.Count(epochs => epochs == 27));
        Assert.AreEqual(27, game.EpochsOf[scores.MaxBy(score => score.Value).Key]);
        CollectionAssert.IsSubsetOf(scores.OrderByDescending(score => score.Value).Take(9).Select(score => score.Key).ToArray(), game.EpochsOf.Where(pair => pair.Value >= 9).Select(pair => pair.Key).ToArray());
    }

    [TestMethod]
    [DataRow(30, 0.0, new[] { 3, 10, 30 })]
    [DataRow(27, 1.5, new[] { 3, 9, 27 })]
    [DataRow(50, 5.0, new[] { 16, 50 })]
    [DataRow(5, 0.0, new[] { 5 })]
    [DataRow(1, 0.1, new[] { 1 })]
    public void RungsAreThirds(int epochs, double warmup, int[] expected) => CollectionAssert.AreEqual(expected, new Rungs(epochs, warmup).Epochs.ToArray());

    [TestMethod]
    public void ATrialBehindTheMedianIsNotTrainedToItsEnd()
    {
        var game = Play(TunerKind.CostFrugal, s_several, seed: 1, trials: 30, (point, trial, _) => trial == 1 ? 1 : -trial);

        Assert.AreEqual(Epochs, game.EpochsOf[1]);
        foreach (int trial in Enumerable.Range(3, 28)) Assert.AreEqual(Epochs / 3, game.EpochsOf[trial]);
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void ToldTheSameATunerSaysTheSame(TunerKind kind)
    {
        CollectionAssert.AreEqual(Play(kind, s_several, seed: 5, trials: 40, Bowl).Steps, Play(kind, s_several, seed: 5, trials: 40, Bowl).Steps);
        CollectionAssert.AreNotEqual(Play(kind, s_several, seed: 5, trials: 40, Bowl).Steps, Play(kind, s_several, seed: 6, trials: 40, Bowl).Steps);
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void NothingIsProposedOutOfTheSpaceNorTwice(TunerKind kind)
    {
        foreach (int seed in Enumerable.Range(1, 20))
        {
            var seen = new HashSet<string>();
            Play(kind, s_several, seed, trials: 60, (point, trial, epoch) =>
            {
                Assert.IsTrue(point.All(place => place is >= 0 and <= 1));
                Assert.HasCount(s_several.Parameters.Count, point);
                if (epoch == 1) Assert.IsTrue(seen.Add(TrialValues.ToJson(s_several.At(point))), $"trial {trial} was there before");
                return Bowl(point, trial, epoch);
            });
        }
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void TrialsThatFailAreNotTrainedOn(TunerKind kind)
    {
        var game = Play(kind, s_several, seed: 2, trials: 30, Bowl, fails: trial => trial % 2 == 1);

        Assert.HasCount(30, game.EpochsOf);
        foreach (int trial in Enumerable.Range(0, 15).Select(i => 2 * i + 1)) Assert.AreEqual(1, game.StepsOf[trial], $"trial {trial}");
        Assert.IsGreaterThan(-1.0, game.Best.Value);
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void WhenEveryCombinationWasTriedThereIsNoMore(TunerKind kind)
    {
        var space = new RecipeSpace([ChoiceParameter.Of("model.depth", 1, 2), new RangeParameter("model.frames", 4, 8) { IsInteger = true }]);
        var values = new HashSet<string>();

        var game = Play(kind, space, seed: 1, trials: 100, (point, _, _) =>
        {
            values.Add(TrialValues.ToJson(space.At(point)));
            return Bowl(point, 0, 0);
        });

        Assert.HasCount(10, values);
        Assert.HasCount(10, game.EpochsOf);
    }

    /// <summary>Steps are a tenth of the axis, two choices lie half of it apart.</summary>
    [TestMethod]
    public void CostFrugalTriesChoicesToo()
    {
        var space = new RecipeSpace([ChoiceParameter.Of("model.depth", 1, 2), s_rate.Parameters[0]]);
        foreach (int seed in Enumerable.Range(1, 20))
        {
            var depths = new Dictionary<int, int>();
            Play(TunerKind.CostFrugal, space, seed, trials: 20, (point, trial, epoch) =>
            {
                depths[trial] = space.At(point)["model.depth"].GetInt32();
                return Bowl(point, trial, epoch);
            });

            Assert.IsInRange(3, 17, depths.Values.Count(depth => depth == 1), $"seed {seed}");
        }
    }

    private static double MeanTrials(TunerKind kind) => Enumerable.Range(1, 100).Average(seed =>
        Enumerable.Range(1, 300).First(trials => Play(kind, s_rate, seed, trials, Rate, start: 1.0 / 3).Best.Value > -0.2 / 6));

    private static double MeanBest(TunerKind kind) => Enumerable.Range(1, 100).Average(seed => Play(kind, s_several, seed, trials: 40, Bowl).Best.Value);

    /// <summary>Best at 1e-2, two thirds along the axis.</summary>
    private static double Rate(IReadOnlyList<double> point, int trial, int epoch) => -Math.Abs(point[0] - 2.0 / 3);

    /// <summary>Best at two thirds along each axis, whatever the epoch.</summary>
    private static double Bowl(IReadOnlyList<double> point, int trial, int epoch) => -point.Sum(place => (place - 2.0 / 3) * (place - 2.0 / 3));

    private static Game Play(TunerKind kind, RecipeSpace space, int seed, int trials, Func<IReadOnlyList<double>, int, int, double> objective, Func<int, bool>? fails = null, double start = 0.25)
    {
        var game = new Game();
        var tuner = Tuner.Create(kind, space, [.. space.Parameters.Select(_ => start)], seed, new Rungs(Epochs, warmup: 0));
        while (tuner.Next(game.EpochsOf.Count < trials) is { } step)
        {
            game.Steps.Add($"{step.Trial} to {step.ToEpoch}: {TrialValues.ToJson(space.At(step.Point))}");
            game.StepsOf[step.Trial] = game.StepsOf.GetValueOrDefault(step.Trial) + 1;
            bool failed = fails?.Invoke(step.Trial) == true;
            for (int epoch = game.EpochsOf.GetValueOrDefault(step.Trial) + 1; epoch <= step.ToEpoch && !failed; epoch++)
            {
                var score = new TrialScore(objective(step.Point, step.Trial, epoch), 0);
                tuner.EpochDone(step.Trial, epoch, score);
                game.Count(score);
            }

            game.EpochsOf[step.Trial] = step.ToEpoch;
            tuner.StepDone(step.Trial, failed);
            if (failed || step.ToEpoch == Epochs) Assert.IsTrue(tuner.IsOver(step.Trial));
        }

        return game;
    }

    private sealed class Game
    {
        public List<string> Steps { get; } = [];

        public Dictionary<int, int> EpochsOf { get; } = [];

        public Dictionary<int, int> StepsOf { get; } = [];

        public TrialScore Best { get; private set; } = new(double.NegativeInfinity, 0);

        public int Epochs { get; private set; }

        public int EpochsToBest { get; private set; }

        public void Count(TrialScore score)
        {
            Epochs++;
            if (score > Best) (Best, EpochsToBest) = (score, Epochs);
        }
    }
}
