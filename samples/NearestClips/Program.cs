// Finds the clips of a folder that are most like one clip: embeds all of them and compares by the cosine of the angle between.
//   NearestClips CHECKPOINT DIR QUERY.mp4 [COUNT]
using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Video;

if (args is not [var checkpoint, var folder, var query, .. var rest])
{
    Console.Error.WriteLine("NearestClips CHECKPOINT DIR QUERY.mp4 [COUNT]");
    return 2;
}

var ml = new MLContext();
string[] paths = [.. VideoFolder.Files(folder)];
var pipeline = ml.Transforms.LoadVideoFrames("Video", "Path").Append(ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint));
float[][] features = Embed([query, .. paths]);

var nearest = paths.Zip(features.Skip(1), (path, one) => (Path: path, Likeness: TensorPrimitives.CosineSimilarity(features[0], one))).OrderByDescending(one => one.Likeness);
foreach (var (path, likeness) in nearest.Take(rest is [var count] ? int.Parse(count) : 5)) Console.WriteLine($"{likeness:0.000}  {path}");
return 0;

float[][] Embed(string[] files)
{
    var videos = ml.Data.LoadFromEnumerable(files.Select(file => new LabeledVideo { Path = file }));
    return [.. ml.Data.CreateEnumerable<Embedding>(pipeline.Fit(videos).Transform(videos), reuseRowObject: false).Select(row => row.Features)];
}

/// <summary>A vector that says what a clip shows.</summary>
internal sealed class Embedding
{
    public float[] Features { get; set; } = [];
}
