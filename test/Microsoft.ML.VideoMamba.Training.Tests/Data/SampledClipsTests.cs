using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Training.Tests.Data;

[TestClass]
public sealed class SampledClipsTests
{
    private const int Size = 16;

    private static readonly VideoMambaConfig s_config = VideoMambaConfig.Tiny with { Frames = 4, Height = Size, Width = Size };

    [TestMethod]
    [DataRow(ClipSampling.Sparse)]
    [DataRow(ClipSampling.Dense)]
    [DataRow(ClipSampling.Ssv2Videos)]
    [DataRow(ClipSampling.Ssv2Frames)]
    public void TakesTheFramesThatTheSamplerChooses(ClipSampling sampling)
    {
        using var folder = new TemporaryFolder();
        var options = new SamplingOptions { Sampling = sampling, Frames = 4, Rate = 2 };
        var clips = Clips(folder, frames: 20, listed: null, options);
        var sampler = options.Sampler(null);

        CollectionAssert.AreEqual(sampler.Validation(20), Seen(clips, null));
        for (int seed = 0; seed < 5; seed++)
        {
            int[] drawn = sampler.Training(20, new Random(new Random(seed).Next()));
            CollectionAssert.AreEqual(drawn, Seen(clips, new Random(seed)), $"Seed {seed}");
        }

        CollectionAssert.AreEqual(sampler.Test(20, 1, 2), clips.ReadTest(0, 1, 2).Indices.ToArray());
    }

    [TestMethod]
    public void AListMayUseFewerFramesThanTheFolderHas()
    {
        using var folder = new TemporaryFolder();
        var options = new SamplingOptions { Frames = 4 };

        CollectionAssert.AreEqual(new SparseSampler(4).Validation(10), Seen(Clips(folder, frames: 20, listed: 10, options), null));
        var error = Assert.ThrowsExactly<VideoException>(() => Seen(Clips(folder, frames: 20, listed: 21, options), null));
        StringAssert.Contains(error.Message, "line 7 of the list says 21 frames, but there are 20");
    }

    [TestMethod]
    public void AFilmGivesAClipForEachWindow()
    {
        var list = new DataList("films", [new DataRow(1, "long.mp4", "2") { Duration = 150 }, new DataRow(2, "short.mp4", "0") { Duration = 40 }]);
        var options = new SamplingOptions { Sampling = ClipSampling.Windows };

        var clips = new SampledClips(list, ClassNames.Numbered(3).LabelsOf(list), options);

        // Starts 0, 16 … 112: the last one that leaves half a minute; then the short film whole.
        Assert.AreEqual(9, clips.Count);
        Assert.AreEqual("long.mp4 long.mp4 short.mp4", string.Join(' ', new[] { 0, 7, 8 }.Select(index => clips.RowOf(index).Path)));
        Assert.AreEqual((2, 0), (clips.LabelOf(7).ClassIndex, clips.LabelOf(8).ClassIndex));
    }

    [TestMethod]
    public void RefusesWhatDoesNotFit()
    {
        var list = new DataList("films", [new DataRow(5, "long.mp4", "2")]);
        var labels = ClassNames.Numbered(3).LabelsOf(list);

        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => new SampledClips(list, labels, new() { Sampling = ClipSampling.Windows })).Message, "films, line 5: has no duration");
        Assert.ThrowsExactly<ArgumentException>(() => new SampledClips(list, [], new()));
        foreach (var (options, name) in new[]
        {
            (new SamplingOptions { Sampling = (ClipSampling)9 }, nameof(SamplingOptions.Sampling)),
            (new SamplingOptions { Frames = 0 }, nameof(SamplingOptions.Frames)),
            (new SamplingOptions { Rate = 0 }, nameof(SamplingOptions.Rate)),
            (new SamplingOptions { WindowSeconds = 0 }, nameof(SamplingOptions.WindowSeconds)),
            (new SamplingOptions { WindowStride = double.NaN }, nameof(SamplingOptions.WindowStride)),
        })
        {
            Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentException>(() => new SampledClips(list, labels, options)).ParamName);
        }
    }

    [TestMethod]
    public void AnUnreadableVideoIsAnErrorThatNamesIt()
    {
        var list = new DataList("list", [new DataRow(1, Path.Combine(RepositoryPaths.Media, "broken", "none.mp4"), "0")]);
        var clips = new SampledClips(list, ClassNames.Numbered(2).LabelsOf(list), new() { Frames = 4 });

        StringAssert.Contains(Assert.ThrowsExactly<VideoException>(() => Seen(clips, null)).Message, "none.mp4");
    }

    private static SampledClips Clips(TemporaryFolder folder, int frames, int? listed, SamplingOptions options)
    {
        // Frame t is of level 10 t everywhere: a clip shows which frames it has.
        var pixels = Enumerable.Range(0, frames).Select(t => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)(10 * t), Size * Size * 3).ToArray()).ToList();
        FrameImage.WriteAll(folder["frames"], new VideoClip("made", Size, Size, pixels));
        var list = new DataList("list", [new DataRow(7, folder["frames"], "1") { Frames = listed }]);
        return new SampledClips(list, ClassNames.Numbered(2).LabelsOf(list), options);
    }

    private static int[] Seen(SampledClips clips, Random? random)
    {
        var preparation = new ClipPreparation(s_config, ClipAugmentation.None);
        float[] input = new float[preparation.InputLength];
        clips.Prepare(0, preparation, random, input);
        return [.. Enumerable.Range(0, 4).Select(t => (int)Math.Round((input[t * Size * Size] * 0.229 + 0.485) * 25.5))];
    }
}
