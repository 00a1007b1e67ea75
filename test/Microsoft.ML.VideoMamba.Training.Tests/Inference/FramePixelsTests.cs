using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Video;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Inference;

/// <summary>Frames sent as bytes become the pixels that main memory makes, bit for bit.</summary>
[TestClass]
public sealed class FramePixelsTests
{
    private static readonly VideoMambaConfig s_config = new() { EmbedDim = 16, Depth = 1, Frames = 4, Height = 48, Width = 48, PatchSize = 16, Classes = 3 };

    public static IEnumerable<object[]> Cases =>
        from size in new[] { (Height: 48, Width: 48), (Height: 37, Width: 90), (Height: 120, Width: 64) }
        from crops in new[] { 1, 3, 5 }
        select new object[] { size.Height, size.Width, crops };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void ViewsAreThoseOfMainMemory(int height, int width, int crops) => CompareViews(s_config, height, width, crops, CPU);

    [TestMethod]
    public void OddNetworksViewsToo()
    {
        CompareViews(s_config with { Height = 32, Width = 64 }, 50, 70, crops: 1, CPU);
        CompareViews(s_config with { IsVideo = false, Frames = 1 }, 50, 70, crops: 1, CPU);
        CompareViews(s_config with { IsVideo = false, Frames = 1, Height = 32, Width = 32 }, 32, 32, crops: 1, CPU);
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    [DynamicData(nameof(Cases))]
    public void ACardsViewsAreThoseOfMainMemory(int height, int width, int crops)
    {
        Gpu.Require();
        CompareViews(s_config, height, width, crops, Gpu.Device);
    }

    [TestMethod]
    [DataRow(48, 48)]
    [DataRow(37, 90)]
    [DataRow(120, 64)]
    public void EvaluatedClipsAreThoseOfMainMemory(int height, int width)
    {
        var preparation = new ClipPreparation(s_config);
        var clip = NoiseClips.Make(height, width, frames: 7);
        float[] expected = new float[preparation.InputLength];
        preparation.Evaluation(clip, expected);
        byte[] frames = new byte[preparation.InputLength];

        preparation.EvaluationBytes(clip, frames);

        Assert.IsTrue(preparation.EvaluatesBytes);
        using var scope = NewDisposeScope();
        var got = FramePixels.Make(tensor(frames, [1, 4, 48, 48, 3], ScalarType.Byte), preparation.Normalization, CPU);
        CollectionAssert.AreEqual(expected, got.data<float>().ToArray());
    }

    [TestMethod]
    public void ResampledClipsAreNoBytes()
    {
        var preparation = new ClipPreparation(s_config with { Width = 64 });

        Assert.IsFalse(preparation.EvaluatesBytes);
        Assert.ThrowsExactly<InvalidOperationException>(() => preparation.EvaluationBytes(NoiseClips.Make(48, 48, 4), new byte[preparation.InputLength]));
        Assert.IsFalse(new ClipPreparation(s_config with { IsVideo = false, Frames = 1, Height = 32, Width = 32 }).EvaluatesBytes, "small images are taken as they are");
    }

    /// <summary>What a predictor says on the card is what it says in main memory.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    public void PredictsOnACardAsInMainMemory()
    {
        Gpu.Require();
        VideoClip[] clips = [NoiseClips.Make(50, 70, 4), NoiseClips.Make(50, 71, 4)];
        using VideoMambaPredictor here = Predictor(CPU), there = Predictor(Gpu.Device);

        float[] expected = here.Score(clips), got = there.Score(clips);

        for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], got[i], 1e-5f);
    }

    private static VideoMambaPredictor Predictor(Device device)
    {
        manual_seed(3);
        return new VideoMambaPredictor(new VideoMambaModel(s_config).to(device), views: new ViewOptions { Segments = 2, Crops = 3 });
    }

    private static void CompareViews(VideoMambaConfig config, int height, int width, int crops, Device device)
    {
        var views = new ClipViews(config, new ViewOptions { Segments = 2, Crops = crops });
        VideoClip[] clips = [NoiseClips.Make(height, width, config.Frames), NoiseClips.Make(height, width, config.Frames)];
        using var scope = NewDisposeScope();

        var got = views.Normalize(views.BuildFrames(clips), device).cpu();

        var expected = views.Build(clips);
        CollectionAssert.AreEqual(expected.shape, got.shape);
        CollectionAssert.AreEqual(expected.data<float>().ToArray(), got.data<float>().ToArray());
    }
}
