// How well can a folder of videos be learned? Each clip is held out once. The frames are decoded once and cached.
//   CrossValidation DIR [FOLDS [EPOCHS [SIZE]]]
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Video;

if (args is not [var folder, .. var rest])
{
    Console.Error.WriteLine("CrossValidation DIR [FOLDS [EPOCHS [SIZE]]]");
    return 2;
}

int folds = rest.Length > 0 ? int.Parse(rest[0]) : 5, epochs = rest.Length > 1 ? int.Parse(rest[1]) : 30, size = rest.Length > 2 ? int.Parse(rest[2]) : 112;
var ml = new MLContext(seed: 1);

var videos = ml.Data.LoadFromEnumerable(VideoFolder.Read(folder));
var frames = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.LoadVideoFrames("Video", "Path", frames: 16)).Fit(videos).Transform(videos);
var trainer = ml.MulticlassClassification.Trainers.VideoMamba(new VideoMambaTrainer.Options { Depth = 4, Tubelet = 2, Epochs = epochs, ImageSize = size });

var results = ml.MulticlassClassification.CrossValidate(ml.Data.Cache(frames), trainer, folds);
foreach (var fold in results) Console.WriteLine($"fold {fold.Fold + 1}: accuracy {fold.Metrics.MicroAccuracy:0.000}, log loss {fold.Metrics.LogLoss:0.000}");
Console.WriteLine($"mean accuracy {results.Average(fold => fold.Metrics.MicroAccuracy):0.000}");
return 0;
