using System.Reflection;
using Microsoft.ML.VideoMamba.Trainers;
using Microsoft.ML.VideoMamba.Training;

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
        string[] decidedElsewhere = [nameof(TrainingOptions.Task), nameof(TrainingOptions.Augmentation), nameof(TrainingOptions.ClassWeights)];
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
