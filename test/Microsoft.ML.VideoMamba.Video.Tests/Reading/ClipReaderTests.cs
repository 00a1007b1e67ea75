using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Video.Tests.Reading;

[TestClass]
public sealed class ClipReaderTests
{
    private static readonly string s_good = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");
    private static readonly string s_other = Path.Combine(RepositoryPaths.Media, "discs.mov");
    private static readonly string s_bad = Path.Combine(RepositoryPaths.Media, "broken", "moov-missing.mp4");
    private static readonly SparseSampler s_sampler = new(4);

    [TestMethod]
    public void WorkersDoNotChangeResults()
    {
        string[] paths = [.. Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? s_other : s_good)];
        var one = ReadAll(new() { Workers = 1 }, paths);
        var many = ReadAll(new() { Workers = 5, Capacity = 7 }, paths);
        Assert.HasCount(12, one);
        for (int i = 0; i < one.Count; i++)
        {
            Assert.AreEqual((i, i, paths[i]), (many[i].Row, many[i].SourceRow, many[i].Path));
            CollectionAssert.AreEqual(one[i].Clips[0].Indices.ToArray(), many[i].Clips[0].Indices.ToArray());
            for (int t = 0; t < 4; t++) Assert.IsTrue(one[i].Clips[0].Frame(t).SequenceEqual(many[i].Clips[0].Frame(t)), $"File {i}, frame {t}");
        }

        Assert.AreNotEqual(string.Join(',', one[1].Clips[0].Indices), string.Join(',', one[2].Clips[0].Indices), "Rows draw for themselves");
    }

    [TestMethod]
    public void ThrowingNamesTheFileBehindTheGoodOnes()
    {
        var reader = new ClipReader();
        var seen = new List<int>();
        var error = Assert.ThrowsExactly<VideoException>(() =>
        {
            foreach (var result in reader.Read([s_good, s_good, s_bad, s_good], Pick)) seen.Add(result.Row);
        });
        CollectionAssert.AreEqual(new[] { 0, 1 }, seen);
        Assert.AreEqual(s_bad, error.Path);
    }

    [TestMethod]
    public void SkippingCountsAndGoesOn()
    {
        var reader = new ClipReader(new() { OnFailure = FailurePolicy.Skip });
        var results = reader.Read([s_bad, s_good, "missing.mp4", s_good], Pick).ToList();
        CollectionAssert.AreEqual(new[] { 0, 1, 0, 1 }, results.Select(result => result.Clips.Count).ToArray());
        Assert.AreEqual(2, reader.Failures);
        StringAssert.StartsWith(results[0].Error!.Message, s_bad);
        Assert.AreEqual("missing.mp4: file not found (stage: open)", results[2].Error!.Message);
        Assert.IsNull(results[1].Error);
    }

    [TestMethod]
    public void SubstitutesAreDrawnBySeed()
    {
        string[] paths = [s_bad, s_good, s_other, s_bad, s_good, s_other];
        ClipReaderOptions Options(int workers) => new() { OnFailure = FailurePolicy.Substitute, Seed = 3, Workers = workers };
        var first = ReadAll(Options(1), paths);
        var second = ReadAll(Options(4), paths);
        CollectionAssert.AreEqual(first.Select(result => result.SourceRow).ToArray(), second.Select(result => result.SourceRow).ToArray());
        foreach (var result in first)
        {
            Assert.HasCount(1, result.Clips);
            Assert.AreEqual(paths[result.SourceRow], result.Clips[0].Path);
            Assert.AreEqual(result.Row % 3 == 0, result.SourceRow != result.Row);
            Assert.AreEqual(result.Row % 3 == 0, result.Error is not null);
        }

        var error = Assert.ThrowsExactly<VideoException>(() => ReadAll(Options(2), [s_bad, s_bad]));
        StringAssert.Contains(error.Reason, "no other file could stand in for it");
    }

    [TestMethod]
    public void StopsWhenAskedTo()
    {
        using var cancellation = new CancellationTokenSource();
        int seen = 0, picked = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            var results = new ClipReader(new() { Workers = 2, Capacity = 3 }).Read(
                [.. Enumerable.Repeat(s_good, 100)],
                (row, length) =>
                {
                    Interlocked.Increment(ref picked);
                    return [s_sampler.Validation(length)];
                },
                cancellation.Token);
            foreach (var result in results)
            {
                if (++seen == 2) cancellation.Cancel();
            }
        });
        Assert.IsLessThan(100, seen);
        Assert.IsLessThanOrEqualTo(8, picked, "No more is read than the buffer holds");
    }

    [TestMethod]
    public void AnEarlyEndLeavesNoWorkBehind()
    {
        int running = 0;
        var reader = new ClipReader(new() { Workers = 2, Capacity = 4 });
        var results = reader.Read(
            [.. Enumerable.Repeat(s_good, 50)],
            (row, length) =>
            {
                Interlocked.Increment(ref running);
                Thread.Sleep(5);
                Interlocked.Decrement(ref running);
                return [s_sampler.Validation(length)];
            });
        Assert.AreEqual(0, results.First().Row);
        Assert.AreEqual(0, running);
    }

    [TestMethod]
    public void RefusesOptionsThatMakeNoSense()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ClipReader(new() { Workers = -1 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new ClipReader(new() { OnFailure = (FailurePolicy)9 }));
    }

    private static List<ClipResult> ReadAll(ClipReaderOptions options, string[] paths) =>
        [.. new ClipReader(options).Read(paths, (row, length) => [s_sampler.Training(length, new Random(row))])];

    private static IReadOnlyList<int[]> Pick(int row, VideoLength length) => [s_sampler.Validation(length)];
}
