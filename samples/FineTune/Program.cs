// Fine-tunes a checkpoint on a folder of videos, one sub-folder for each class, and saves the pipeline.
//   FineTune CHECKPOINT DIR MODEL.zip [EPOCHS]
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Video;

if (args is not [var checkpoint, var folder, var zip, .. var rest])
{
    Console.Error.WriteLine("FineTune CHECKPOINT DIR MODEL.zip [EPOCHS]");
    return 2;
}

var ml = new MLContext(seed: 1);
ml.Log += (_, message) =>
{
    if (message.Source.Contains("VideoMamba", StringComparison.Ordinal) && message.Kind != Microsoft.ML.Runtime.ChannelMessageKind.Trace) Console.Error.WriteLine(message.RawMessage);
};

var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(VideoFolder.Read(folder)), testFraction: 0.2);

// A trained network wants a rate ten times lower than a new one, and lower still in its first layers.
var options = new VideoMambaTrainer.Options { Checkpoint = checkpoint, Epochs = rest is [var epochs] ? int.Parse(epochs) : 10, LearningRate = 5e-5, LayerDecay = 0.8, DropPath = 0.1 };
var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.Transforms.LoadVideoFrames("Video", "Path", frames: 16))
    .Append(ml.MulticlassClassification.Trainers.VideoMamba(options))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
var model = pipeline.Fit(split.TrainSet);
var metrics = ml.MulticlassClassification.Evaluate(model.Transform(split.TestSet));
ml.Model.Save(model, split.TrainSet.Schema, zip);
Console.WriteLine($"held-out accuracy {metrics.MicroAccuracy:0.000}, log loss {metrics.LogLoss:0.000}; saved {zip}");
return 0;
