// Learns a number of each video (how much, how many, how fast) from a CSV file with the columns path and label.
//   Regression VIDEOS.csv MODEL.zip [EPOCHS [SIZE]]
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba;

if (args is not [var csv, var zip, .. var rest])
{
    Console.Error.WriteLine("Regression VIDEOS.csv MODEL.zip [EPOCHS [SIZE]]");
    return 2;
}

var ml = new MLContext(seed: 1);
var videos = ml.Data.LoadFromTextFile<MeasuredVideo>(csv, separatorChar: ',', hasHeader: true, allowQuoting: true);
var split = ml.Data.TrainTestSplit(videos, testFraction: 0.2);

var options = new VideoMambaTrainer.Options { Depth = 4, Tubelet = 2, Epochs = rest.Length > 0 ? int.Parse(rest[0]) : 30, ImageSize = rest.Length > 1 ? int.Parse(rest[1]) : 112 };
string folder = Path.GetDirectoryName(Path.GetFullPath(csv))!;
var pipeline = ml.Transforms.LoadVideoFrames(new VideoFrameLoader.Options { Folder = folder, Frames = 16 })
    .Append(ml.Regression.Trainers.VideoMamba(options, metricsCallback: epoch => Console.Error.WriteLine($"epoch {epoch.Epoch}: loss {epoch.TrainLoss:0.000}, validation {epoch.ValidationLoss:0.000}")));
var model = pipeline.Fit(split.TrainSet);
var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet));
ml.Model.Save(model, videos.Schema, zip);
Console.WriteLine($"held out: mean squared error {metrics.MeanSquaredError:0.000}, R2 {metrics.RSquared:0.000}; saved {zip}");
return 0;

/// <summary>A row of the CSV file; paths start at its folder.</summary>
internal sealed class MeasuredVideo
{
    [LoadColumn(0)]
    public string Path { get; set; } = "";

    [LoadColumn(1)]
    public float Label { get; set; }
}
