using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Video.Tests.Transforms;

/// <summary>Vectors of every width, and none, give the bits of the scalar specification. Widths that the machine lacks run in emulation.</summary>
[TestClass]
public sealed class VectorTransformTests
{
    internal static IEnumerable<object[]> Widths => Enum.GetValues<VectorWidth>().Select(width => new object[] { width });

    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void BilinearEqualsTheScalarSpecification(Enum vectors)
    {
        var random = new Random(11);
        for (int i = 0; i < 60; i++)
        {
            int height = random.Next(1, 70), width = random.Next(1, 70), newHeight = random.Next(1, 80), newWidth = random.Next(1, 80);
            byte[] pixels = Random(random, height * width * 3);
            byte[] expected = ScalarTransforms.Bilinear(pixels, height, width, newHeight, newWidth);

            int cropHeight = random.Next(1, newHeight + 1), cropWidth = random.Next(1, newWidth + 1);
            var part = new CropBox(random.Next(newHeight - cropHeight + 1), random.Next(newWidth - cropWidth + 1), cropHeight, cropWidth);
            foreach (var box in new[] { new CropBox(0, 0, newHeight, newWidth), part })
            {
                var resized = new byte[box.Height * box.Width * 3];
                new BilinearResizer(height, width, newHeight, newWidth, box, (VectorWidth)vectors).Resize(pixels, resized);
                CollectionAssert.AreEqual(ScalarTransforms.Crop(expected, newWidth, box), resized, $"{width} x {height} to {newWidth} x {newHeight}, {box}");
            }
        }
    }

    [TestMethod]
    public void APartOfABicubicFrameIsTheCropOfTheWhole()
    {
        var random = new Random(12);
        for (int i = 0; i < 40; i++)
        {
            int height = random.Next(1, 60), width = random.Next(1, 60), newHeight = random.Next(1, 70), newWidth = random.Next(1, 70);
            byte[] pixels = Random(random, height * width * 3), whole = new byte[newHeight * newWidth * 3];
            FrameResizer.Create(ResizeFilter.BicubicAntialiased, height, width, newHeight, newWidth).Resize(pixels, whole);
            var box = new CropBox(newHeight / 3, newWidth / 4, newHeight - newHeight / 3, newWidth - newWidth / 4);
            var part = new byte[box.Height * box.Width * 3];
            FrameResizer.Create(ResizeFilter.BicubicAntialiased, height, width, newHeight, newWidth, box).Resize(pixels, part);
            CollectionAssert.AreEqual(ScalarTransforms.Crop(whole, newWidth, box), part, $"{width} x {height} to {newWidth} x {newHeight}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void NormalizationEqualsTheScalarSpecification(Enum vectors)
    {
        var random = new Random(13);
        foreach (var statistics in new[] { PixelNormalization.ImageNet, new PixelNormalization([0.1f, 0, 0.73f], [0.3f, 1 / 255f, 3]) })
        {
            for (int count = 1; count < 70; count++)
            {
                // All levels come up.
                byte[] pixels = [.. Enumerable.Range(0, count * 3).Select(i => (byte)(i * 83 + random.Next(2)))];
                float[] planes = new float[3 * count];
                statistics.Write(pixels, planes.AsSpan(0, count), planes.AsSpan(count, count), planes.AsSpan(2 * count), (VectorWidth)vectors);
                CollectionAssert.AreEqual(ScalarTransforms.Normalized(pixels, statistics), planes, $"{count} pixels");
            }
        }
    }

    [TestMethod]
    public void ATransformIsItsStepsOneAfterAnother()
    {
        var random = new Random(14);
        var clip = new VideoClip("made", 45, 83, [Random(random, 45 * 83 * 3), Random(random, 45 * 83 * 3)]);
        float[] input = ClipTransform.Validation(36, 32).Apply(clip);
        for (int t = 0; t < 2; t++)
        {
            byte[] resized = ScalarTransforms.Bilinear(clip.Frame(t).ToArray(), 45, 83, 36, 66);
            float[] expected = ScalarTransforms.Normalized(ScalarTransforms.Crop(resized, 66, CropBox.Center(36, 66, 32)), PixelNormalization.ImageNet);
            for (int c = 0; c < 3; c++) CollectionAssert.AreEqual(expected[(c * 1024)..((c + 1) * 1024)], input[((c * 2 + t) * 1024)..((c * 2 + t + 1) * 1024)]);
        }
    }

    private static byte[] Random(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
