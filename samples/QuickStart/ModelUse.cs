using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Video;

/// <summary>What an app does with a saved model: load it, classify videos, embed them.</summary>
internal static class ModelUse
{
    public static int Run(string zip, string[] videos)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(zip, out _);
        var scored = model.Transform(ml.Data.LoadFromEnumerable(videos.Select(path => new LabeledVideo { Path = path })));
        var embedded = ml.Transforms.VideoMambaEmbedding("Features", "Video", model).Fit(scored).Transform(scored);
        foreach (var (path, row) in videos.Zip(ml.Data.CreateEnumerable<ScoresAndFeatures>(embedded, reuseRowObject: false)))
        {
            string features = string.Join(' ', row.Features.Take(3).Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {NameOf(path),-28} {row.PredictedLabel,-12} {row.Score.Max():0.000}   features {features} … ({row.Features.Length})"));
        }

        return 0;
    }

    /// <summary>The file with its folder, which is its class in a set of labelled clips.</summary>
    private static string NameOf(string path) => Path.Combine(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))!, Path.GetFileName(path));

    private sealed class ScoresAndFeatures
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];

        public float[] Features { get; set; } = [];
    }
}
