using System.Globalization;
using System.Reflection;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Optimization;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Tests.Recipes;

[TestClass]
public sealed class RecipeBookTests
{
    public static IEnumerable<object[]> Rows => PublishedRecipes.Rows.Select(row => new object[] { row });

    public static string NameOf(MethodInfo method, object[] row) => ((IReadOnlyDictionary<string, string>)row[0])["name"];

    [TestMethod]
    public void HoldsExactlyTheTablesRecipes()
    {
        CollectionAssert.AreEqual(PublishedRecipes.Rows.Select(row => row["name"]).ToList(), RecipeBook.All.Select(recipe => recipe.Name).ToList());
        Assert.HasCount(67, RecipeBook.All);
    }

    [TestMethod]
    [DynamicData(nameof(Rows), DynamicDataDisplayName = nameof(NameOf))]
    public void EachValueIsTheTables(IReadOnlyDictionary<string, string> row)
    {
        var recipe = RecipeBook.Find(row["name"]);
        var got = new Dictionary<string, string>
        {
            ["name"] = recipe.Name,
            ["arch"] = recipe.Model.Arch,
            ["frames"] = recipe.Model.Frames is { } frames ? Text(frames) : "image",
            ["size"] = Text(recipe.Model.Size),
            ["epochs"] = Text(recipe.Schedule.Epochs),
            ["warm-up"] = Text(recipe.Schedule.WarmupEpochs),
            ["lr"] = Text(recipe.Schedule.LearningRate),
            ["step"] = Text(recipe.Schedule.StepSize),
            ["wd"] = Text(recipe.Optimizer.WeightDecay),
            ["drop path"] = Text(recipe.Model.DropPath),
            ["layer decay"] = Text(recipe.Optimizer.LayerDecay),
            ["clip"] = recipe.Optimizer.GradientClip is { } clip ? Text(clip) : "-",
            ["policy"] = recipe.Augmentation.Policy!,
            ["repeats"] = Text(recipe.RepeatedAugmentation.Repeats),
            ["views"] = $"{recipe.Views.Segments}x{recipe.Views.Crops}",
            ["start"] = recipe.Checkpoint ?? "-",
            ["result"] = Text(recipe.Published!.Value),
            ["file"] = recipe.Published.Checkpoint ?? "-",
        };

        foreach (var (column, value) in row)
        {
            string expected = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? Text(number) : value;
            Assert.AreEqual(expected, got[column], column);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Rows), DynamicDataDisplayName = nameof(NameOf))]
    public void WhatAllRecipesOfAKindShareIsTheOriginals(IReadOnlyDictionary<string, string> row)
    {
        var recipe = RecipeBook.Find(row["name"]);
        bool image = recipe.Model.Frames is null, regression = recipe.Name is "lvu-like-tiny-f32" or "lvu-view-tiny-f32";
        recipe.Validate();

        Assert.AreEqual(regression ? TrainingTask.Regression : TrainingTask.Classification, recipe.Task);
        Assert.AreEqual(regression ? "mse" : "top1", recipe.Published!.Metric);
        Assert.AreEqual(regression ? null : new MixOptions { MixupAlpha = 0.8, CutmixAlpha = 1, Probability = 1, SwitchProbability = 0.5, Mode = MixMode.Batch, CorrectLambda = true }, recipe.Mixing);
        Assert.AreEqual(regression ? 0 : 0.1, recipe.LabelSmoothing);
        Assert.AreEqual((0.9, 0.999, 1e-8), (recipe.Optimizer.Beta1, recipe.Optimizer.Beta2, recipe.Optimizer.Epsilon));
        Assert.IsNull(recipe.Optimizer.AverageDecay);
        Assert.IsNull(recipe.Optimizer.FinalWeightDecay);
        Assert.IsTrue(recipe.BFloat16);
        var augmentation = recipe.Augmentation;
        Assert.AreEqual((CropStyle.Inception, 0.08, 4.0 / 3), (augmentation.Crop, augmentation.MinScale, augmentation.MaxAspect));
        Assert.AreEqual(new RandomErasing { Probability = 0.25, Mode = ErasingMode.Pixel, Count = 1, PerFrame = false }, augmentation.Erasing);
        Assert.AreEqual(FrameInterpolation.Bicubic, augmentation.Interpolation);
        Assert.AreEqual(!recipe.Name.StartsWith("ssv2", StringComparison.Ordinal), augmentation.Flip);
        Assert.AreEqual(image ? 0.3 : 0.4, augmentation.ColorJitter);
        Assert.AreEqual(image ? AugmentationOrder.CropFirst : AugmentationOrder.PolicyFirst, augmentation.Order);
        Assert.AreEqual(image ? new RgbLevel(124, 116, 104) : new RgbLevel(128, 128, 128), augmentation.Fill);
        Assert.AreEqual(image ? RateRule.Image : RateRule.Video, recipe.Schedule.RateRule);
        Assert.AreEqual(recipe.Name.StartsWith("ssv2", StringComparison.Ordinal) ? ClipSampling.Ssv2Videos : ClipSampling.Sparse, recipe.Sampling.Kind);
        if (!image) Assert.AreEqual(LayerDecayMapping.Reference, recipe.Optimizer.LayerDecayMapping);
        Assert.AreEqual(image && recipe.RepeatedAugmentation.Repeats > 1, recipe.RepeatedAugmentation.KeepsLength);
    }

    [TestMethod]
    public void LowestAndFirstRatesAreTheScripts()
    {
        foreach (var recipe in RecipeBook.All)
        {
            (double lowest, double first) = recipe.Name switch
            {
                "in1k-middle-224" or "in1k-base-224" => (5e-6, 5e-7),
                _ when recipe.Name.StartsWith("in1k", StringComparison.Ordinal) => (recipe.Model.Size == 224 ? 1e-5 : 5e-6, 1e-6),
                _ => (1e-6, 1e-6),
            };
            Assert.AreEqual((lowest, first), (recipe.Schedule.MinLearningRate, recipe.Schedule.WarmupLearningRate), recipe.Name);
        }
    }

    [TestMethod]
    public void OnlyTheTwoLargestImageRecipesHaveATeacher()
    {
        CollectionAssert.AreEqual(new[] { "in1k-middle-224", "in1k-base-224" }, RecipeBook.All.Where(recipe => recipe.Distillation is not null).Select(recipe => recipe.Name).ToArray());
        Assert.AreEqual(new DistillationOptions { Teacher = "videomamba_s16_in1k_res224.pth", Weight = 1, TeacherEpochs = null, Kind = DistillationKind.Tokens }, RecipeBook.Find("in1k-base-224").Distillation);
    }

    [TestMethod]
    public void NetworksAreThoseOfThePublishedFiles()
    {
        Assert.AreEqual(VideoMambaConfig.Tiny with { Frames = 8, Classes = 400, DropPath = 0.1 }, RecipeBook.Find("k400-tiny-f8").ToConfig());
        Assert.AreEqual(VideoMambaConfig.Middle with { Frames = 16, Classes = 174, DropPath = 0.4, Height = 288, Width = 288 }, RecipeBook.Find("ssv2-middle-mask-f16-288").ToConfig());
        Assert.AreEqual(VideoMambaConfig.Base with { IsVideo = false, Frames = 1, Classes = 1000, DropPath = 0.5 }, RecipeBook.Find("in1k-base-224").ToConfig());
        Assert.AreEqual(1, RecipeBook.Find("lvu-view-tiny-f32").ToConfig().Classes);
        Assert.AreEqual(7, RecipeBook.Find("k400-tiny-f8").ToConfig(classes: 7).Classes);
    }

    [TestMethod]
    public void RatesFollowTheClipsOfAStep()
    {
        // Videos: 2e-4 for 256 clips; two clips of each of 512 videos.
        var video = RecipeBook.Find("k400-tiny-f8");
        Assert.AreEqual(2e-4 * 512 * 2 / 256, video.ToTrainingOptions().LearningRate, 1e-12);
        Assert.AreEqual(2e-4 * 8 * 2 / 256, video.ToTrainingOptions(batchSize: 8).LearningRate, 1e-12);
        Assert.AreEqual(1e-6 * 8 * 2 / 256, video.ToTrainingOptions(batchSize: 8).MinLearningRate, 1e-15);
        // Images: 5e-4 for 512, whatever the repeats; the lowest rate as it is.
        var image = RecipeBook.Find("in1k-small-224");
        Assert.AreEqual(5e-4 * 4096 / 512, image.ToTrainingOptions().LearningRate, 1e-12);
        Assert.AreEqual(1e-5, image.ToTrainingOptions(batchSize: 16).MinLearningRate, 1e-15);
        Assert.AreEqual(5e-4, (image with { Schedule = image.Schedule with { RateRule = RateRule.Fixed } }).ToTrainingOptions(batchSize: 16).LearningRate, 1e-15);
    }

    [TestMethod]
    public void NamesNearOnes()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => RecipeBook.Find("k400-tiny")).Message, "there are k400-tiny-f8, k400-tiny-f16");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => RecipeBook.Find("kinetics")).Message, "names begin with in1k, k400, ssv2, breakfast, coin, lvu");
        Assert.AreEqual("k400-tiny-f8", RecipeBook.Find("K400-Tiny-F8").Name);
    }

    /// <summary>The step is the recipe's, to the clip, whatever fits into a batch.</summary>
    [TestMethod]
    [DataRow(32, 32, 32, 1)]
    [DataRow(50, 32, 25, 2)]
    [DataRow(50, 8, 5, 10)]
    [DataRow(47, 32, 1, 47)]
    [DataRow(4, 32, 4, 1)]
    public void AStepIsSplitIntoEqualBatches(int step, int most, int size, int count) => Assert.AreEqual((size, count), new RecipeSchedule { StepSize = step }.BatchesOf(most));

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
