using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;

namespace Microsoft.ML.VideoMamba.Training.Tests.Batches;

[TestClass]
public sealed class BatchLoaderTests
{
    private const int Clips = 12, BatchSize = 3, Workers = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [TestMethod]
    public void BeginsABatchWhileTheOneBeforeWaitsForItsSlowestClip()
    {
        var set = new SlowClip(until: index => index >= BatchSize);

        Assert.HasCount(Clips / BatchSize, Load(set));

        Assert.IsTrue(set.WasReleased, "a clip of the second batch was read while the first one's was not done");
    }

    /// <summary>Batches of one or two clips, of which many workers could not all have one.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void BeginsAsManyBatchesAsKeepItsWorkersBusy(int batchSize)
    {
        var set = new SlowClip(until: index => index >= 2 * Workers);

        Assert.HasCount(Clips / batchSize, Load(set, batchSize: batchSize));

        Assert.IsTrue(set.WasReleased, "two clips for each worker were read while the first one was not done");
    }

    [TestMethod]
    public void KeepsToItsWorkersAndItsOrder()
    {
        var set = new SlowClip(until: _ => true);

        var batches = Load(set);

        CollectionAssert.AreEqual(Enumerable.Range(0, Clips).ToArray(), batches.SelectMany(batch => batch).ToArray());
        Assert.IsLessThanOrEqualTo(Workers, set.MostAtOnce);
    }

    [TestMethod]
    public void AnErrorComesInItsTurn()
    {
        var set = new SlowClip(until: _ => true, failing: BatchSize + 1);
        var seen = new List<int[]>();

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Load(set, seen));

        Assert.AreEqual("clip 4", error.Message);
        Assert.HasCount(1, seen);
    }

    [TestMethod]
    public void AnErrorDoesNotWaitForTheBatchBehind()
    {
        var set = new SlowClip(until: _ => true, failing: BatchSize + 1, slowFrom: 2 * BatchSize);

        Assert.ThrowsExactly<InvalidOperationException>(() => Load(set));

        Assert.IsLessThan(Workers + 1, set.SlowOnes, "more clips of the batch behind were read than had been begun");
    }

    private static List<int[]> Load(SlowClip set, List<int[]>? seen = null, int batchSize = BatchSize)
    {
        var config = VideoMambaConfig.Tiny with { Frames = 2, Height = 16, Width = 16 };
        var loader = new BatchLoader(set, new ClipPreparation(config), new TrainingOptions { BatchSize = batchSize, Workers = Workers });
        seen ??= [];
        foreach (var batch in loader.Evaluation(CancellationToken.None))
        {
            using (batch) seen.Add([.. batch.Indices]);
        }

        return seen;
    }

    /// <summary>A set whose first clip is done when another one is read.</summary>
    /// <param name="until">Which other.</param>
    /// <param name="failing">A clip that cannot be read.</param>
    /// <param name="slowFrom">The first of the clips that take half a second.</param>
    private sealed class SlowClip(Func<int, bool> until, int? failing = null, int slowFrom = Clips) : ITrainingSet
    {
        private readonly TaskCompletionSource _released = new();
        private int _atOnce, _mostAtOnce, _slowOnes;

        public int Count => Clips;

        public bool WasReleased { get; private set; }

        public int MostAtOnce => _mostAtOnce;

        public int SlowOnes => _slowOnes;

        public TrainingLabel LabelOf(int index) => TrainingLabel.OfClass(0);

        public string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input)
        {
            int atOnce = Interlocked.Increment(ref _atOnce);
            for (int most = _mostAtOnce; atOnce > most; most = _mostAtOnce) Interlocked.CompareExchange(ref _mostAtOnce, atOnce, most);
            if (index != 0 && until(index)) _released.TrySetResult();
            if (index == 0) WasReleased = _released.Task.Wait(s_patience);
            if (index >= slowFrom)
            {
                Interlocked.Increment(ref _slowOnes);
                Thread.Sleep(TimeSpan.FromSeconds(0.5));
            }

            Interlocked.Decrement(ref _atOnce);
            return index == failing ? throw new InvalidOperationException($"clip {index}") : $"{index}";
        }
    }
}
