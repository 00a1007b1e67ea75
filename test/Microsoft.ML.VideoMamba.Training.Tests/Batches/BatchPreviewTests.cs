using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Mixing;

namespace Microsoft.ML.VideoMamba.Training.Tests.Batches;

[TestClass]
public sealed class BatchPreviewTests
{
    private static readonly TrainingOptions s_options = ToyClips.Options with { Augmentation = ClipAugmentation.None, BatchSize = 4 };

    [TestMethod]
    public void ShowsTheClipsOfTheFirstBatchAsPixels()
    {
        var seen = BatchPreview.FirstBatch(ToyClips.Set(), ToyClips.Config, s_options);

        Assert.HasCount(4, seen);
        foreach (var clip in seen)
        {
            string[] parts = clip.Name.Split(' ', '-');
            Assert.AreEqual(int.Parse(parts[1]), clip.Label.ClassIndex);
            var original = ToyClips.Clip(int.Parse(parts[1]), int.Parse(parts[2]));
            for (int t = 0; t < ToyClips.Frames; t++) CollectionAssert.AreEqual(original.Frame(t).ToArray(), clip.Pixels.Frame(t).ToArray(), $"{clip.Name}, frame {t}");
        }
    }

    [TestMethod]
    public void RepeatsAndMixesAsATrainingDoes()
    {
        var repeated = BatchPreview.FirstBatch(ToyClips.Set(), ToyClips.Config, s_options with { RepeatedAugmentation = new RepeatedAugmentation(2, KeepsLength: false) });
        var mixed = BatchPreview.FirstBatch(ToyClips.Set(), ToyClips.Config, s_options with { Mixing = new MixOptions { CutmixAlpha = 0 } });
        var plain = BatchPreview.FirstBatch(ToyClips.Set(), ToyClips.Config, s_options);

        Assert.HasCount(8, repeated);
        Assert.IsTrue(repeated.Chunk(2).All(pair => pair[0].Name == pair[1].Name));
        CollectionAssert.AreEqual(plain.Select(clip => clip.Name).ToList(), mixed.Select(clip => clip.Name).ToList());
        // A clip and its partner, mixed, sum to what they did before.
        for (int i = 0; i < plain[0].Pixels.Frame(0).Length; i++)
        {
            Assert.AreEqual(plain[0].Pixels.Frame(0)[i] + plain[3].Pixels.Frame(0)[i], mixed[0].Pixels.Frame(0)[i] + mixed[3].Pixels.Frame(0)[i], 2);
        }

        CollectionAssert.AreNotEqual(plain[0].Pixels.Frame(0).ToArray(), mixed[0].Pixels.Frame(0).ToArray());
    }
}
