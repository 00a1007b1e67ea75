using System.Reflection;
using Microsoft.ML.VideoMamba.Trainers;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>Options are plain objects that tools can fill in: AutoML's search space and JSON see only properties of simple types.</summary>
[TestClass]
public sealed class OptionsTests
{
    private readonly MLContext _ml = new(seed: 1);

    public static IEnumerable<object[]> OptionTypes => typeof(VideoMambaTrainer).Assembly.GetExportedTypes().Where(type => type.Name == "Options").Select(type => new object[] { type });

    [TestMethod]
    public void EveryEstimatorHasOptions() => CollectionAssert.AreEquivalent(
        new[] { typeof(VideoFrameLoader), typeof(VideoPixelExtractor), typeof(VideoMambaTrainer), typeof(VideoMambaEmbedder), typeof(VideoMambaClassifier) },
        OptionTypes.Select(row => ((Type)row[0]).DeclaringType).ToArray());

    [TestMethod]
    [DynamicData(nameof(OptionTypes))]
    public void OptionsArePropertiesOfSimpleTypes(Type type)
    {
        Assert.IsNotNull(type.GetConstructor(Type.EmptyTypes));
        Assert.IsEmpty(type.GetFields(BindingFlags.Public | BindingFlags.Instance));
        foreach (var property in type.GetProperties())
        {
            var simple = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            Assert.IsTrue(property.CanRead && property.SetMethod is { IsPublic: true } && !IsInitOnly(property), $"{property.Name} can be set");
            Assert.IsTrue(simple.IsEnum || simple == typeof(string) || simple == typeof(bool) || simple == typeof(int) || simple == typeof(long) || simple == typeof(double), $"{property.Name} is {simple}");
        }
    }

    [TestMethod]
    [DataRow(nameof(VideoMambaTrainer.Options.Architecture), (VideoMambaArchitecture)9)]
    [DataRow(nameof(VideoMambaTrainer.Options.Depth), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.PatchSize), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.Tubelet), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.Frames), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.CheckpointedLayers), 25)]
    [DataRow(nameof(VideoMambaTrainer.Options.DropPath), 1.0)]
    [DataRow(nameof(VideoMambaTrainer.Options.Epochs), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.BatchSize), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.LearningRate), 0.0)]
    [DataRow(nameof(VideoMambaTrainer.Options.LabelSmoothing), 1.0)]
    [DataRow(nameof(VideoMambaTrainer.Options.LayerDecay), 0.0)]
    [DataRow(nameof(VideoMambaTrainer.Options.ValidationFraction), 1.0)]
    [DataRow(nameof(VideoMambaTrainer.Options.EarlyStoppingPatience), 0)]
    [DataRow(nameof(VideoMambaTrainer.Options.CacheMemoryBytes), -1L)]
    [DataRow(nameof(VideoMambaTrainer.Options.CacheDiskBytes), -1L)]
    [DataRow(nameof(VideoMambaTrainer.Options.Workers), -1)]
    [DataRow(nameof(VideoMambaTrainer.Options.MinScale), 0.0)]
    [DataRow(nameof(VideoMambaTrainer.Options.MaxAspect), 0.5)]
    [DataRow(nameof(VideoMambaTrainer.Options.Brightness), -0.1)]
    [DataRow(nameof(VideoMambaTrainer.Options.FeatureColumnName), "")]
    public void ATrainerRefusesAValueOutOfRangeByItsName(string option, object value)
    {
        var options = new VideoMambaTrainer.Options();
        typeof(VideoMambaTrainer.Options).GetProperty(option)!.SetValue(options, value);

        var error = Assert.Throws<ArgumentException>(() => _ml.MulticlassClassification.Trainers.VideoMamba(options));

        Assert.Contains(option, error.Message);
    }

    /// <summary>A new option of the engine is either offered here or left out on purpose.</summary>
    [TestMethod]
    public void ATrainerPassesTheEnginesOptionsOn()
    {
        string[] decidedElsewhere =
        [
            nameof(TrainingOptions.Task), nameof(TrainingOptions.Augmentation), nameof(TrainingOptions.ClassWeights), nameof(TrainingOptions.RepeatedAugmentation), nameof(TrainingOptions.Mixing),
            nameof(TrainingOptions.Distillation),
        ];
        foreach (var target in typeof(TrainingOptions).GetProperties().Where(property => property.CanWrite && !decidedElsewhere.Contains(property.Name)))
        {
            var options = new VideoMambaTrainer.Options { StateFolder = "a", Seed = 5, Device = "cuda:3" };
            var source = typeof(VideoMambaTrainer.Options).GetProperty(target.Name);
            Assert.IsNotNull(source, $"{target.Name} is not offered");
            object other = Another(source.PropertyType, source.GetValue(options));
            source.SetValue(options, other);

            var mapped = OptionsMapping.ToTraining(options, TrainingTask.Classification, options.Device!, options.Seed!.Value);

            Assert.AreEqual(other, target.GetValue(mapped), target.Name);
        }
    }

    /// <summary>Each published recipe for videos comes through the options whole, but for what is decided when it is fitted.</summary>
    [TestMethod]
    public void OptionsOfARecipeTrainByIt()
    {
        foreach (var recipe in RecipeBook.All.Where(recipe => recipe.Model.Frames is not null))
        {
            var options = VideoMambaTrainer.Options.FromRecipe(recipe.Name, batchSize: 16);

            var mapped = OptionsMapping.ToTraining(options, recipe.Task, "cpu", seed: 1);

            Assert.AreEqual(recipe.ToTrainingOptions(batchSize: 16), mapped, recipe.Name);
            Assert.AreEqual((recipe.Model.Frames, recipe.Model.Size, recipe.Model.DropPath, recipe.Checkpoint), (options.Frames, options.ImageSize, options.DropPath, options.Checkpoint), recipe.Name);
            Assert.AreEqual(recipe.Model.Arch, options.Architecture.ToString(), ignoreCase: true);
        }

        Assert.Contains("is for images", Assert.ThrowsExactly<ArgumentException>(() => VideoMambaTrainer.Options.FromRecipe("in1k-tiny-224")).Message);
    }

    [TestMethod]
    public void ARecipesOptionsAreTheUsersToChange()
    {
        #region recipe options
        var options = VideoMambaTrainer.Options.FromRecipe("k400-tiny-f8", batchSize: 16);
        options.Checkpoint = null;                                                  // from scratch, or a file of your own
        options.HorizontalFlip = false;
        #endregion

        Assert.IsNotNull(_ml.MulticlassClassification.Trainers.VideoMamba(options));
    }

    [TestMethod]
    public void ATrainerPassesMixingRepeatsAndTheTeacherOn()
    {
        var options = new VideoMambaTrainer.Options
        {
            MixupAlpha = 0.3,
            CutmixAlpha = 0.7,
            MixProbability = 0.4,
            MixSwitchProbability = 0.2,
            MixMode = MixMode.Elem,
            Repeats = 3,
            RepeatsKeepLength = true,
            AugmentationOrder = AugmentationOrder.CropFirst,
            ErasingProbability = 0.5,
            ErasingMode = ErasingMode.Rand,
            Teacher = "t.pth",
            TeacherEpochs = 4,
            DistillationWeight = 2,
            DistillationKind = DistillationKind.Hard,
            DistillationTemperature = 3,
        };

        var mapped = OptionsMapping.ToTraining(options, TrainingTask.Classification, "cpu", seed: 1);

        Assert.AreEqual(new MixOptions { MixupAlpha = 0.3, CutmixAlpha = 0.7, Probability = 0.4, SwitchProbability = 0.2, Mode = MixMode.Elem }, mapped.Mixing);
        Assert.AreEqual(new RepeatedAugmentation(3, KeepsLength: true), mapped.RepeatedAugmentation);
        Assert.AreEqual(new DistillationOptions { Teacher = "t.pth", TeacherEpochs = 4, Weight = 2, Kind = DistillationKind.Hard, Temperature = 3 }, mapped.Distillation);
        Assert.AreEqual((AugmentationOrder.CropFirst, RgbLevel.ImageNetMean, 0.5, ErasingMode.Rand), (mapped.Augmentation.Order, mapped.Augmentation.Fill, mapped.Augmentation.Erasing!.Probability, mapped.Augmentation.Erasing.Mode));
        Assert.Contains("t.pth: no such file", Assert.ThrowsExactly<FileNotFoundException>(() => _ml.MulticlassClassification.Trainers.VideoMamba(options)).Message);
    }

    private static object Another(Type type, object? value) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { IsEnum: true } kind => Enum.GetValues(kind).Cast<object>().First(other => !other.Equals(value)),
        var kind when kind == typeof(bool) => !(bool)value!,
        var kind when kind == typeof(int) => ((int?)value ?? 0) + 3,
        var kind when kind == typeof(double) => ((double?)value ?? 0) * 0.5 + 0.1,
        _ => "another",
    };

    private static bool IsInitOnly(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));
}
