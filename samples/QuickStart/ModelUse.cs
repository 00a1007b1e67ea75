using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.VideoMamba.Video;

/// <summary>What an app does with a saved model: load it, classify videos, embed them.</summary>
internal static class ModelUse
{
    public static int Run(string zip, string[] videos)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(zip, out _);
        var clips = ml.Data.LoadFromEnumerable(videos.Select(path => new LabeledVideo { Path = path }));
        var scores = ml.Data.CreateEnumerable<ClassScores>(model.Transform(clips), reuseRowObject: false);
        foreach (var (path, score) in videos.Zip(scores))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {NameOf(path),-28} {score.PredictedLabel,-12} {score.Score.Max():0.000}"));
        }

        return 0;
    }

    /// <summary>The file with its folder, which is its class in a set of labelled clips.</summary>
    private static string NameOf(string path) => Path.Combine(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))!, Path.GetFileName(path));
}
