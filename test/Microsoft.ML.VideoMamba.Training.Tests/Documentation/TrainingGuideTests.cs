using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Tests.Documentation;

/// <summary>The snippet of docs/training.md, run in a folder that holds the clips that it names.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator, and the snippet the working folder.
public sealed class TrainingGuideTests
{
    [TestMethod]
    public void ATrainingInCode()
    {
        using var folder = new TemporaryFolder();
        using var working = new WorkingFolder(folder.FullName);
        foreach (var (clip, label) in ToyClips.Pairs(perClass: 6, classes: 3)) FrameImage.WriteAll(Path.Combine("clips", $"class {label.ClassIndex}", clip.Path), clip);
        Run();
        Assert.IsTrue(File.Exists("weights.safetensors"));
        Assert.IsTrue(File.Exists("run/state/last.safetensors"));
    }

    private static void Run()
    {
        #region training
        var list = DataList.Read("clips");                                          // or a CSV
        var classes = ClassNames.Of(list);
        var labels = classes.LabelsOf(list);
        var files = list.Rows.Zip(labels, (row, label) => new LabeledFile(row.Path, label)).ToList();
        var config = VideoMambaConfig.Tiny with { Depth = 2, Tubelet = 2, Height = 32, Width = 32, PatchSize = 8, Frames = 4, Classes = classes.Count };
        var clips = new VideoFileClips(files, new ClipCache(ClipCache.DefaultMemoryBytes), mostFrames: 2 * config.Frames, shortSide: 37);

        var options = new TrainingOptions
        {
            Epochs = 3,
            BatchSize = 4,
            AccumulationSteps = 2,                                                  // two batches a step
            LearningRate = 2e-3,
            AverageDecay = 0.99,                                                    // validate and keep a moving average of the weights
            ClassWeights = ClassBalance.Weights(labels, classes.Count),
            OnFailure = FailurePolicy.Skip,
            StateFolder = "run/state",
            Resume = true,                                                          // from the state, if there is one
        };
        using var source = new CancellationTokenSource();                           // Cancel() ends it within a step
        var result = new TrainingRun(config, options).Fit(clips, epochDone: epoch => Console.WriteLine($"{epoch.Epoch}: {epoch.ValidationTop1:P0}"), cancellation: source.Token);
        using var model = result.Model;                                             // the best epoch's
        CheckpointWriter.Save(model, "weights.safetensors", classes.Names);
        #endregion
        Assert.HasCount(3, result.Epochs);
    }
}
