using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests;

[TestClass]
[DoNotParallelize]
public sealed class ThreadTeamTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void SharesTheThreadsOfLibTorch() => Assert.IsTrue(ThreadTeam.IsShared);

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(1000)]
    public void DoesEachPieceOnce(int pieces)
    {
        int[] done = new int[pieces];

        ThreadTeam.ForEach(pieces, piece => Interlocked.Increment(ref done[piece]));

        Assert.IsTrue(done.All(count => count == 1));
    }

    [TestMethod]
    public void UsesAsManyThreadsAsTorchMay()
    {
        int before = get_num_threads();
        try
        {
            foreach (int threads in new[] { 1, 2 })
            {
                set_num_threads(threads);
                var seen = new System.Collections.Concurrent.ConcurrentDictionary<int, bool>();
                using var both = new CountdownEvent(threads);
                ThreadTeam.ForEach(threads, _ =>
                {
                    seen[Environment.CurrentManagedThreadId] = true;
                    both.Signal();
                    both.Wait(TimeSpan.FromSeconds(10));
                });
                Assert.HasCount(threads, seen);
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [TestMethod]
    public void HandsOnWhatAPieceThrows()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => ThreadTeam.ForEach(100, piece => throw new InvalidOperationException($"{piece}")));

        Assert.IsLessThan(100, int.Parse(error.Message));
        DoesEachPieceOnce(100);
    }

    [TestMethod]
    public void RunsFromSeveralThreadsAtOnceAndWithinItself()
    {
        int done = 0;

        Parallel.For(0, 4, _ => ThreadTeam.ForEach(10, _ => ThreadTeam.ForEach(5, _ => Interlocked.Increment(ref done))));

        Assert.AreEqual(200, done);
    }
}
