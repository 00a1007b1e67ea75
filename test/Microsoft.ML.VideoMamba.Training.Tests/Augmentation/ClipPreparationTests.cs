using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Tests.Augmentation;

[TestClass]
public sealed class ClipPreparationTests
{
    private const int Frames = 4, Size = 16;

    private static readonly VideoMambaConfig s_config = VideoMambaConfig.Tiny with { Frames = Frames, Height = Size, Width = Size };

    private static readonly VideoMambaConfig s_image = VideoMambaConfig.Tiny with { IsVideo = false, Frames = 1, Height = Size, Width = Size };

    public static IEnumerable<object[]> Augmentations =>
    [
        [new ClipAugmentation() with { Noise = 0 }],
        [ClipAugmentation.None],
        [ClipAugmentation.Kinetics with { Erasing = null }],
        [ClipAugmentation.Kinetics with { Erasing = new RandomErasing { Probability = 1, Mode = ErasingMode.Const } }],
        [ClipAugmentation.Kinetics with { Policy = "v0", Erasing = null }],
        [ClipAugmentation.Kinetics with { Policy = null, Erasing = null }],
        [ClipAugmentation.ImageNet with { Erasing = null }],
        [ClipAugmentation.ImageNet with { Policy = null, Erasing = null, Crop = CropStyle.Fitted, Shift = 0.5 }],
        [ClipAugmentation.ImageNet with { Policy = "3-augment", Erasing = null, Crop = CropStyle.Simple }],
        [ClipAugmentation.None with { Crop = CropStyle.Simple }],
    ];

    [TestMethod]
    [DynamicData(nameof(Augmentations))]
    public void OneDrawHoldsForAllFrames(ClipAugmentation augmentation)
    {
        // A clip whose frames are all alike must still be one afterwards, whatever was drawn.
        var clip = Still(Frames, height: 24, width: 33);
        for (int seed = 0; seed < 40; seed++)
        {
            float[] input = Prepare(augmentation, clip, seed);
            for (int t = 1; t < Frames; t++)
            {
                for (int channel = 0; channel < 3; channel++)
                {
                    CollectionAssert.AreEqual(Plane(input, channel, 0), Plane(input, channel, t), $"Seed {seed}, frame {t}, channel {channel}");
                }
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Augmentations))]
    public async Task TheSameSeedGivesTheSameInputOnAnyThread(ClipAugmentation augmentation)
    {
        var clip = Moving(Frames + 5, height: 24, width: 33);
        var preparation = new ClipPreparation(s_config, augmentation);
        float[][] alone = [.. Enumerable.Range(0, 16).Select(seed => Prepare(preparation, clip, seed))];

        float[][] together = await Task.WhenAll(Enumerable.Range(0, 16).Reverse().Select(seed => Task.Run(() => Prepare(preparation, clip, seed))));

        for (int seed = 0; seed < 16; seed++) CollectionAssert.AreEqual(alone[seed], together[15 - seed], $"Seed {seed}");
    }

    [TestMethod]
    [DynamicData(nameof(Augmentations))]
    public void OtherSeedsGiveOtherInputs(ClipAugmentation augmentation)
    {
        if (augmentation == ClipAugmentation.None) return;
        var clip = Still(Frames, height: 24, width: 33);

        Assert.IsGreaterThan(15, Enumerable.Range(0, 20).Select(seed => string.Join(',', Prepare(augmentation, clip, seed))).Distinct().Count());
    }

    [TestMethod]
    public void WithoutChangesAClipLooksAsEvaluated()
    {
        var clip = Moving(Frames, Size, Size);
        float[] evaluated = new float[3 * Frames * Size * Size];
        new ClipPreparation(s_config).Evaluation(clip, evaluated);

        AssertNear(evaluated, Prepare(ClipAugmentation.None, clip, seed: 1));
        AssertNear(evaluated, Prepare(ClipAugmentation.None with { Crop = CropStyle.Inception }, clip, seed: 1));
        AssertNear(evaluated, Prepare(ClipAugmentation.None with { Order = AugmentationOrder.CropFirst }, clip, seed: 1));
    }

    [TestMethod]
    public void BothOrdersMirrorHalfOfTheClips()
    {
        var clip = Still(Frames, Size, Size);
        foreach (var order in Enum.GetValues<AugmentationOrder>())
        {
            var augmentation = ClipAugmentation.None with { Order = order };
            float[] plain = Plane(Prepare(augmentation, clip, seed: 1), 0, 0), mirrored = [.. plain.Chunk(Size).SelectMany(row => row.Reverse())];
            var seen = Enumerable.Range(0, 60).Select(seed => Plane(Prepare(augmentation with { Flip = true }, clip, seed), 0, 0)).ToList();

            Assert.IsTrue(seen.Count(plane => Near(plane, plain)) is > 15 and < 45, $"{order}");
            Assert.IsTrue(seen.All(plane => Near(plane, plain) || Near(plane, mirrored)), $"{order}");
        }
    }

    [TestMethod]
    public void ColorJitterIsForClipsWithoutAPolicy()
    {
        var clip = Still(Frames, Size, Size);
        var neverActs = ClipAugmentation.None with { Policy = "rand-m0-n1", ColorJitter = 0.9 };
        float[] plain = Prepare(ClipAugmentation.None, clip, seed: 1);

        // Seeds at which the policy's one operation does not happen: half of them.
        int unchanged = Enumerable.Range(0, 40).Count(seed => Near(plain, Prepare(neverActs, clip, seed)));
        Assert.IsGreaterThan(8, unchanged);
        Assert.IsTrue(Enumerable.Range(0, 40).All(seed => !Near(plain, Prepare(ClipAugmentation.None with { ColorJitter = 0.9 }, clip, seed))));
        // 3-Augment leaves it to follow.
        var three = ClipAugmentation.None with { Policy = "3-augment" };
        Assert.IsTrue(Enumerable.Range(0, 40).All(seed => !Near(Prepare(three, clip, seed), Prepare(three with { ColorJitter = 0.9 }, clip, seed))));
    }

    [TestMethod]
    public void PreparesImages()
    {
        var image = Still(1, height: 50, width: 40);
        var preparation = new ClipPreparation(s_image, ClipAugmentation.ImageNet);
        float[] input = new float[preparation.InputLength];

        preparation.Training(image, new Random(1), input);

        Assert.IsTrue(input.All(float.IsFinite));
        Assert.IsGreaterThan(1, input.Distinct().Count());
    }

    [TestMethod]
    public void InceptionCropsStayInsideAndHaveTheAreaAsked()
    {
        var random = new Random(1);
        double least = 1, most = 0;
        foreach (var (height, width) in new[] { (240, 320), (320, 240), (100, 100), (7, 5) })
        {
            for (int i = 0; i < 500; i++)
            {
                var (left, top, cropWidth, cropHeight) = InceptionCrop.Draw(height, width, 0.08, 4.0 / 3, random);
                Assert.IsTrue(left >= 0 && top >= 0 && cropWidth >= 1 && cropHeight >= 1 && left + cropWidth <= width && top + cropHeight <= height);
                double area = (double)cropWidth * cropHeight / (height * width);
                if (height < 100) continue;
                (least, most) = (Math.Min(least, area), Math.Max(most, area));
                Assert.IsTrue((double)cropWidth / cropHeight is > 0.73 and < 1.37, $"{cropWidth} x {cropHeight}");
            }
        }

        Assert.AreEqual(0.08, least, 0.02);
        Assert.IsGreaterThan(0.9, most);
    }

    [TestMethod]
    public void AFrameOfExtremeProportionGivesItsMiddle()
    {
        Assert.AreEqual((498, 0, 4, 3), InceptionCrop.Draw(3, 1000, 0.9, 4.0 / 3, new Random(1)));
        Assert.AreEqual((0, 498, 3, 4), InceptionCrop.Draw(1000, 3, 0.9, 4.0 / 3, new Random(1)));
        Assert.AreEqual((0, 499, 1, 1), InceptionCrop.Draw(1000, 1, 0.9, 4.0 / 3, new Random(1)));
    }

    [TestMethod]
    public void SimpleCropsTakeEveryPlaceOfThePaddedFrame()
    {
        var random = new Random(1);
        var drawn = Enumerable.Range(0, 3000).Select(_ => SimpleCrop.Draw((240, 320), (60, 60), random)).ToList();

        // The frame becomes 60 x 80, so that a pixel of it is four of the frame's.
        Assert.IsTrue(drawn.All(box => (box.Width, box.Height) == (240, 240)));
        CollectionAssert.AreEqual(Enumerable.Range(-4, 9).Select(place => 4.0 * place).ToArray(), drawn.Select(box => box.Top).Distinct().Order().ToArray());
        CollectionAssert.AreEqual(Enumerable.Range(-4, 29).Select(place => 4.0 * place).ToArray(), drawn.Select(box => box.Left).Distinct().Order().ToArray());
        Assert.AreEqual((85, 64), SimpleCrop.Covering((320, 240), (64, 64)));
        Assert.AreEqual((64, 128), SimpleCrop.Covering((10, 20), (64, 100)));
    }

    [TestMethod]
    [DataRow(AugmentationOrder.PolicyFirst)]
    [DataRow(AugmentationOrder.CropFirst)]
    public void ASimpleCropIsTheFrameShiftedAndReflected(AugmentationOrder order)
    {
        var clip = Still(Frames, Size, Size);
        float[] plain = Plane(Prepare(ClipAugmentation.None, clip, seed: 1), 0, 0);
        var shifts = new HashSet<(int, int)>();
        for (int seed = 0; seed < 60; seed++)
        {
            float[] seen = Plane(Prepare(ClipAugmentation.None with { Crop = CropStyle.Simple, Order = order }, clip, seed), 0, 0);
            shifts.Add((from down in Enumerable.Range(-4, 9) from across in Enumerable.Range(-4, 9) where Near(seen, Shifted(plain, down, across)) select (down, across)).Single());
        }

        Assert.IsGreaterThan(30, shifts.Count);

        static float[] Shifted(float[] plane, int down, int across) =>
            [.. from y in Enumerable.Range(down, Size) from x in Enumerable.Range(across, Size) select plane[Mirrored(y) * Size + Mirrored(x)]];

        static int Mirrored(int place) => place < 0 ? -place : place >= Size ? 2 * (Size - 1) - place : place;
    }

    [TestMethod]
    [DataRow(AugmentationOrder.PolicyFirst)]
    [DataRow(AugmentationOrder.CropFirst)]
    public void SimpleCropsOfTinyAndLongFramesStayInside(AugmentationOrder order)
    {
        foreach (var (height, width) in new[] { (1, 1), (1, 3), (2, 40), (300, 2) })
        {
            for (int seed = 0; seed < 10; seed++) Assert.IsTrue(Prepare(ClipAugmentation.None with { Crop = CropStyle.Simple, Order = order }, Still(Frames, height, width), seed).All(float.IsFinite));
        }
    }

    [TestMethod]
    public void RefusesValuesOutOfRange()
    {
        foreach (var (augmentation, name) in new[]
        {
            (new ClipAugmentation { MinScale = 0 }, nameof(ClipAugmentation.MinScale)),
            (new ClipAugmentation { MaxAspect = 0.5 }, nameof(ClipAugmentation.MaxAspect)),
            (new ClipAugmentation { ColorJitter = 1 }, nameof(ClipAugmentation.ColorJitter)),
            (new ClipAugmentation { Crop = (CropStyle)7 }, nameof(ClipAugmentation.Crop)),
            (new ClipAugmentation { Order = (AugmentationOrder)7 }, nameof(ClipAugmentation.Order)),
            (new ClipAugmentation { Interpolation = (FrameInterpolation)7 }, nameof(ClipAugmentation.Interpolation)),
        })
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => new ClipPreparation(s_config, augmentation));
            Assert.AreEqual(name, error.ParamName);
            StringAssert.Contains(error.Message, name);
        }
    }

    private static float[] Prepare(ClipAugmentation augmentation, VideoClip clip, int seed) => Prepare(new ClipPreparation(s_config, augmentation), clip, seed);

    private static float[] Prepare(ClipPreparation preparation, VideoClip clip, int seed)
    {
        float[] input = new float[preparation.InputLength];
        preparation.Training(clip, new Random(seed), input);
        return input;
    }

    private static float[] Plane(float[] input, int channel, int frame)
    {
        int plane = Size * Size, start = (channel * Frames + frame) * plane;
        return input[start..(start + plane)];
    }

    private static void AssertNear(float[] expected, float[] got) => Assert.IsTrue(Near(expected, got), "Inputs differ");

    private static bool Near(float[] one, float[] other) => one.Zip(other, (a, b) => Math.Abs(a - b)).Max() < 1e-4;

    private static VideoClip Still(int frames, int height, int width)
    {
        byte[] frame = Noise(height, width, seed: 7);
        return new VideoClip("still", height, width, [.. Enumerable.Repeat((ReadOnlyMemory<byte>)frame, frames)]);
    }

    private static VideoClip Moving(int frames, int height, int width) =>
        new("moving", height, width, [.. Enumerable.Range(0, frames).Select(t => (ReadOnlyMemory<byte>)Noise(height, width, seed: t))]);

    private static byte[] Noise(int height, int width, int seed)
    {
        byte[] frame = new byte[height * width * 3];
        new Random(seed).NextBytes(frame);
        return frame;
    }
}
