using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>Merges the views of videos. Of views with the same key the first counts: a sampler that fills up its last batch repeats some.</summary>
/// <remarks>video_sm/engines/engine_for_finetuning.py, merge and compute_video.</remarks>
public static class ViewMerge
{
    /// <summary>Softmax of each view, then the mean over a video's views.</summary>
    /// <param name="views">Logits of views, in the order in which they are read.</param>
    /// <param name="key">What makes two views one.</param>
    /// <returns>Each video's probabilities, in the order in which the videos first come.</returns>
    public static IReadOnlyList<MergedVideo> Classification(IEnumerable<ViewOutput> views, ViewKey key = ViewKey.Pair) => Merge(views, key, ClassificationMetrics.Softmax);

    /// <summary>The mean prediction over a video's views.</summary>
    /// <param name="views">Predictions of views, in the order in which they are read.</param>
    /// <param name="key">What makes two views one.</param>
    /// <returns>Each video's prediction, in the order in which the videos first come.</returns>
    public static IReadOnlyList<MergedVideo> Regression(IEnumerable<ViewOutput> views, ViewKey key = ViewKey.Pair) => Merge(views, key, output => output);

    private static IReadOnlyList<MergedVideo> Merge(IEnumerable<ViewOutput> views, ViewKey key, Func<IReadOnlyList<float>, IReadOnlyList<float>> activation)
    {
        ArgumentNullException.ThrowIfNull(views);
        return
        [
            .. views.GroupBy(view => view.Video).Select(video =>
            {
                var outputs = video.DistinctBy(view => KeyOf(view, key)).Select(view => activation(view.Output)).ToList();
                return new MergedVideo(video.Key, Mean(outputs), outputs.Count);
            }),
        ];
    }

    private static object KeyOf(ViewOutput view, ViewKey key) =>
        key == ViewKey.Pair ? (view.Chunk, view.Split) : string.Create(CultureInfo.InvariantCulture, $"{view.Chunk}{view.Split}");

    private static float[] Mean(List<IReadOnlyList<float>> outputs)
    {
        if (outputs.Exists(output => output.Count != outputs[0].Count)) throw new ArgumentException("The views of a video have outputs of different lengths.", nameof(outputs));
        return [.. Enumerable.Range(0, outputs[0].Count).Select(column => (float)outputs.Average(output => (double)output[column]))];
    }
}
