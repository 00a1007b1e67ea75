using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Augmentation;

/// <summary>Plans for a card make what main memory makes, of the same draws.</summary>
[TestClass]
public sealed class ClipPlanTests
{
    private static readonly VideoMambaConfig s_config = new() { EmbedDim = 16, Depth = 1, Frames = 4, Height = 48, Width = 48, PatchSize = 16 };

    public static IEnumerable<object[]> Cases =>
        from augmentation in new[]
        {
            new ClipAugmentation(), new ClipAugmentation { Flip = true, Noise = 0, Crop = CropStyle.Inception }, new ClipAugmentation { ColorJitter = 0.4, Flip = true },
            new ClipAugmentation { ColorJitter = 0.3, Order = AugmentationOrder.CropFirst, Interpolation = FrameInterpolation.Drawn },
            ClipAugmentation.None with { Crop = CropStyle.Simple, Flip = true },
            new ClipAugmentation { Erasing = new RandomErasing { Probability = 1, Count = 3 } },
            new ClipAugmentation { Noise = 0, Erasing = new RandomErasing { Probability = 0.7, PerFrame = true, Mode = ErasingMode.Rand } },
        }
        from size in new[] { (Height: 48, Width: 48), (Height: 37, Width: 90), (Height: 120, Width: 64) }
        from evaluated in new[] { false, true }
        select new object[] { augmentation, size.Height, size.Width, evaluated };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void APlanMakesWhatIsPrepared(ClipAugmentation augmentation, int height, int width, bool evaluated)
    {
        foreach (var config in new[] { s_config, s_config with { Width = 64 } })
        {
            var preparation = new ClipPreparation(config, augmentation);
            var clip = NoiseClips.Make(height, width, frames: 7);

            float[] planned = CarryOut(preparation.Plan(clip, evaluated ? null : new Random(3)));

            AssertClose(Prepared(preparation, clip, evaluated ? null : new Random(3)), planned);
        }
    }

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DoNotParallelize]
    [DynamicData(nameof(Cases))]
    public void ACardMakesWhatIsPrepared(ClipAugmentation augmentation, int height, int width, bool evaluated)
    {
        Gpu.Require();
        var preparation = new ClipPreparation(s_config, augmentation);
        VideoClip[] clips = [NoiseClips.Make(height, width, 7), NoiseClips.Make(50, 70, 4), NoiseClips.Make(height, width, 9)];
        using var uploader = new FrameUploader(Gpu.Device, (4, 48, 48), batch: 3, NormalNoise.Table, ahead: 2);

        // More often than there are places, so that they are used again.
        for (int pass = 0; pass < 5; pass++)
        {
            Random? Draws(int i) => evaluated ? null : new Random((10 * pass) + i);
            using var scope = NewDisposeScope();
            using var sent = uploader.Send([.. clips.Select((clip, i) => preparation.Plan(clip, Draws(i)))]);
            float[] got = sent.Inputs().cpu().data<float>().ToArray();
            for (int i = 0; i < clips.Length; i++)
            {
                AssertClose(Prepared(preparation, clips[i], Draws(i)), got[(i * preparation.InputLength)..((i + 1) * preparation.InputLength)]);
            }
        }
    }

    private static float[] Prepared(ClipPreparation preparation, VideoClip clip, Random? random)
    {
        float[] input = new float[preparation.InputLength];
        preparation.Prepare(clip, random, input);
        return input;
    }

    /// <summary>The kernel in plain words.</summary>
    private static float[] CarryOut(ResampledClip clip)
    {
        int frames = clip.Frames.Count, height = clip.Rows.Count, width = clip.Columns.Count;
        float[] input = new float[3 * frames * height * width];
        for (int i = 0; i < input.Length; i++)
        {
            int x = i % width, y = i / width % height, t = i / (width * height) % frames, c = i / (width * height * frames);
            var (row, column) = (clip.Rows[y], clip.Columns[x]);
            float At(int r, int k) => clip.Frames[t].Span[(((r * clip.FrameWidth) + k) * 3) + c];
            float Across(int r) => At(r, column.First) + (column.Weight * (At(r, column.Second) - At(r, column.First)));
            float value = Across(row.First) + (row.Weight * (Across(row.Second) - Across(row.First)));
            value = (value * clip.Scale[c]) + clip.Shift[c] + (clip.NoiseStarts is { } starts ? clip.Noise[c] * NormalNoise.Table[starts[(((t * height) + y) * 3) + c] + x] : 0);
            foreach (var box in clip.Erased.Where(box => box.Frame == t && y >= box.Top && y < box.Top + box.Height && x >= box.Left && x < box.Left + box.Width))
            {
                value = box.NoiseStarts is { } fills ? NormalNoise.Table[fills[(c * box.Height) + y - box.Top] + x - box.Left] : box.Colour[c];
            }

            input[i] = value;
        }

        return input;
    }

    private static void AssertClose(float[] expected, float[] got)
    {
        Assert.HasCount(expected.Length, got);
        for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], got[i], 2e-5f, $"Element {i}");
    }
}
