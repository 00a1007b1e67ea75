using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Tests.Augmentation;

[TestClass]
public sealed class RandomErasingTests
{
    private const int Frames = 3, Height = 40, Width = 50, Plane = Height * Width;

    // No pixel has it by chance.
    private const float Untouched = 1000;

    [TestMethod]
    [DataRow(ErasingMode.Const)]
    [DataRow(ErasingMode.Rand)]
    [DataRow(ErasingMode.Pixel)]
    public void CoversTheSameBoxInEveryFrame(ErasingMode mode)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            float[] clip = Erase(new RandomErasing { Probability = 1, Mode = mode }, seed);

            int[] first = Covered(clip, 0, 0);
            for (int plane = 0; plane < 3 * Frames; plane++) CollectionAssert.AreEqual(first, Covered(clip, plane / Frames, plane % Frames), "Another box");
            int rows = first.Select(i => i / Width).Distinct().Count(), columns = first.Select(i => i % Width).Distinct().Count();
            Assert.HasCount(rows * columns, first, "No box");
            // Rounding each side moves the area by up to about a twelfth of small boxes.
            Assert.IsTrue(first.Length is > (int)(0.017 * Plane) and < (int)(0.35 * Plane), $"{first.Length} pixels");
        }
    }

    [TestMethod]
    public void ModesDiffer()
    {
        float[] flat = Values(ErasingMode.Const), colored = Values(ErasingMode.Rand), noisy = Values(ErasingMode.Pixel);

        Assert.IsTrue(flat.All(value => value == 0));
        Assert.HasCount(3 * Frames, colored.Distinct(), "A colour for each frame and channel");
        Assert.IsGreaterThan(noisy.Length / 2, noisy.Distinct().Count());
        Assert.AreEqual(0, noisy.Average(), 0.1);
        Assert.AreEqual(1, Math.Sqrt(noisy.Average(value => value * value)), 0.1);

        static float[] Values(ErasingMode mode) => [.. Erase(new RandomErasing { Probability = 1, Mode = mode, MinArea = 0.2 }, seed: 1).Where(value => value != Untouched)];
    }

    [TestMethod]
    public void HappensWithItsProbability()
    {
        int erased = Enumerable.Range(0, 2000).Count(seed => Erase(new RandomErasing(), seed).Any(value => value != Untouched));

        Assert.AreEqual(0.25, erased / 2000.0, 0.03);
        Assert.IsTrue(Erase(new RandomErasing { Probability = 0 }, seed: 1).All(value => value == Untouched));
    }

    [TestMethod]
    public void FramesMayDrawForThemselves()
    {
        float[] clip = Erase(new RandomErasing { Probability = 1, PerFrame = true }, seed: 4);

        CollectionAssert.AreNotEqual(Covered(clip, 0, 0), Covered(clip, 0, 1));
        CollectionAssert.AreEqual(Covered(clip, 0, 1), Covered(clip, 2, 1), "Channels of a frame share its box");
    }

    [TestMethod]
    public void SeveralBoxesShareTheArea()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Assert.IsLessThan((int)(0.36 * Plane), Covered(Erase(new RandomErasing { Probability = 1, Count = 4 }, seed), 0, 0).Length);
        }
    }

    [TestMethod]
    public void AFrameTooSmallForABoxIsLeftAlone()
    {
        float[] clip = [1, 2, 3];
        new RandomErasing { Probability = 1 }.Apply(clip, 1, 1, 1, new Random(1));

        CollectionAssert.AreEqual(new float[] { 1, 2, 3 }, clip);
    }

    [TestMethod]
    public void RefusesValuesOutOfRange()
    {
        Refuses(new RandomErasing { Probability = 1.1 }, nameof(RandomErasing.Probability));
        Refuses(new RandomErasing { Probability = double.NaN }, nameof(RandomErasing.Probability));
        Refuses(new RandomErasing { Mode = (ErasingMode)9 }, nameof(RandomErasing.Mode));
        Refuses(new RandomErasing { Count = 0 }, nameof(RandomErasing.Count));
        Refuses(new RandomErasing { MinArea = 0 }, nameof(RandomErasing.MinArea));
        Refuses(new RandomErasing { MaxArea = 0.01 }, nameof(RandomErasing.MaxArea));
        Refuses(new RandomErasing { MinAspect = 0 }, nameof(RandomErasing.MinAspect));
    }

    private static void Refuses(RandomErasing erasing, string name) =>
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentException>(new ClipAugmentation { Erasing = erasing }.Validate).ParamName);

    private static float[] Erase(RandomErasing erasing, int seed)
    {
        float[] clip = new float[3 * Frames * Plane];
        Array.Fill(clip, Untouched);
        erasing.Apply(clip, Frames, Height, Width, new Random(seed));
        return clip;
    }

    private static int[] Covered(float[] clip, int channel, int frame) =>
        [.. Enumerable.Range(0, Plane).Where(i => clip[(channel * Frames + frame) * Plane + i] != Untouched)];
}
