// Scores videos with a published checkpoint, without training.
//   ScoreVideos CHECKPOINT LABELS.txt VIDEO...
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Video;

if (args is not [var checkpoint, var labels, _, ..])
{
    Console.Error.WriteLine("ScoreVideos CHECKPOINT LABELS.txt VIDEO...");
    return 2;
}

string[] names = File.ReadAllLines(labels), paths = args[2..];
var ml = new MLContext();
var videos = ml.Data.LoadFromEnumerable(paths.Select(path => new LabeledVideo { Path = path }));

// Frames spread over the whole video; the network's own number of frames and their size are read off the checkpoint.
var pipeline = ml.Transforms.LoadVideoFrames("Video", "Path", frames: 8).Append(ml.Transforms.ClassifyVideo(checkpoint, names));
var scored = pipeline.Fit(videos).Transform(videos);
foreach (var (path, row) in paths.Zip(ml.Data.CreateEnumerable<Scores>(scored, reuseRowObject: false)))
{
    Console.WriteLine(path);
    foreach (var (score, name) in row.Score.Zip(names).OrderByDescending(pair => pair.First).Take(5)) Console.WriteLine($"  {score,6:P1}  {name}");
}

return 0;

/// <summary>A probability for each class.</summary>
internal sealed class Scores
{
    public float[] Score { get; set; } = [];
}
