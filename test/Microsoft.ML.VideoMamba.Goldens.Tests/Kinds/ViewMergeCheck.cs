using Microsoft.ML.VideoMamba.Training.Evaluation;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Views merged as the original merges them, keys that collide included, and the accuracies of the merged videos.</summary>
internal sealed class ViewMergeCheck : IGoldenCheck
{
    public string Kind => "view_merge";

    public void Check(GoldenCase golden)
    {
        bool classification = golden.Text("task") == "classification";
        string outputs = classification ? "input.logits" : "input.prediction";
        var views = Views(golden, outputs);
        var merged = classification
            ? ViewMerge.Classification(views, ViewKey.ConcatenatedDigits)
            : ViewMerge.Regression(views, ViewKey.ConcatenatedDigits);
        CollectionAssert.AreEqual(Enumerable.Range(0, golden.Int("videos")).ToArray(), merged.Select(video => video.Video).Order().ToArray());
        merged = [.. merged.OrderBy(video => video.Video)];

        if (classification) CheckClassification(golden, merged);
        else CheckRegression(golden, merged);

        // By the pair no view is lost but the true duplicates.
        var byPair = classification ? ViewMerge.Classification(views) : ViewMerge.Regression(views);
        foreach (var video in byPair) Assert.AreEqual(views.Where(view => view.Video == video.Video).DistinctBy(view => (view.Chunk, view.Split)).Count(), video.Views);
    }

    private static void CheckClassification(GoldenCase golden, IReadOnlyList<MergedVideo> merged)
    {
        golden.AssertClose("output.probabilities", [.. merged.SelectMany(video => video.Output)]);
        golden.AssertClose("output.prediction", [.. merged.Select(video => (double)video.Output.ToList().IndexOf(video.Output.Max()))]);
        golden.AssertClose("output.used", [.. merged.Select(video => (double)video.Views)]);
        long[] labels = golden.Tensors["input.label"].ToLongs();
        var metrics = ClassificationMetrics.Of(merged.Select(video => ((int)labels[video.Video], video.Output)));
        golden.AssertClose("output.top1", [100 * metrics.Top1]);
        golden.AssertClose("output.top5", [100 * metrics.Top5]);
    }

    private static void CheckRegression(GoldenCase golden, IReadOnlyList<MergedVideo> merged)
    {
        golden.AssertClose("output.mean", [.. merged.Select(video => video.Output[0])]);
        double[] targets = golden.Tensors["input.target"].ToDoubles();
        golden.AssertClose("output.mse", [RegressionMetrics.Of(merged.Select(video => (targets[video.Video], (double)video.Output[0]))).MeanSquaredError]);
    }

    /// <summary>In the order in which the original reads them: rank r wrote rows r, r + world, ..., and its file is read after those of the ranks below.</summary>
    private static List<ViewOutput> Views(GoldenCase golden, string outputs)
    {
        float[] values = golden.Tensors[outputs].ToFloats();
        long[] video = golden.Tensors["input.video"].ToLongs(), chunk = golden.Tensors["input.chunk"].ToLongs(), split = golden.Tensors["input.split"].ToLongs();
        int width = values.Length / video.Length, world = golden.Int("world");
        return
        [
            .. Enumerable.Range(0, video.Length).OrderBy(row => row % world)
                .Select(row => new ViewOutput((int)video[row], (int)chunk[row], (int)split[row], values[(row * width)..((row + 1) * width)])),
        ];
    }
}
