using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Reports;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;
using ConfusionMatrix = Microsoft.ML.VideoMamba.Training.Evaluation.ConfusionMatrix;

/// <summary>The sample from end to end: data, training, evaluation, a control, saving, and use in a new process.</summary>
internal static class QuickStart
{
    private const int Frames = 8, Size = 64;

    public static int Run(string? folder, string output, int seed, int epochs, int clips)
    {
        Directory.CreateDirectory(output);
        var ml = new MLContext(seed);
        var (training, heldOut) = folder is null ? RenderedMotions(output, clips) : OwnVideos(ml, folder, seed);
        Say($"{training.Count} clips to learn from, {heldOut.Count} held out, {training.Select(row => row.Label).Distinct().Count()} classes");

        // The network sees pairs of frames (tubelet 2), so that motion is inside its tokens.
        var watch = Stopwatch.StartNew();
        var model = MotionTrainer.Fit(ml, training, new() { Depth = 2, Tubelet = 2, Frames = Frames, ImageSize = Size }, "training", epochs);
        Say($"trained in {watch.Elapsed.TotalSeconds:0} s, reading included");
        var predictions = Predict(ml, model, heldOut);
        double accuracy = Accuracy(predictions);
        double chance = heldOut.GroupBy(row => row.Label).Max(group => group.Count()) / (double)heldOut.Count;
        Say($"held-out accuracy {accuracy:0.000} on {heldOut.Count} clips{(folder is null ? " of photographs that it never saw" : "")} (always the commonest class: {chance:0.000})");

        var control = MotionTrainer.Fit(ml, training, new() { Depth = 2, Frames = 1, ImageSize = Size }, "control", Math.Max(1, epochs / 2));
        Say($"control: the same network, shown one frame of each clip: {Accuracy(Predict(ml, control, heldOut)):0.000}{(folder is null ? ", as no frame tells the motion" : "")}");

        string zip = Path.Combine(output, "model.zip");
        ml.Model.Save(model, ml.Data.LoadFromEnumerable(training).Schema, zip);
        Report(output, model, predictions);
        Say($"saved {zip}, curves.png, confusion.png and clips.png");
        return UseInNewProcess(zip, heldOut, folder is null);
    }

    private static (IReadOnlyList<LabeledVideo> Training, IReadOnlyList<LabeledVideo> HeldOut) RenderedMotions(string output, int clips)
    {
        string place = Path.Combine(output, "clips");
        var watch = Stopwatch.StartNew();
        if (Directory.Exists(place)) Directory.Delete(place, recursive: true);
        CameraMotions.Write(Path.Combine(AppContext.BaseDirectory, "photos"), place, trainPerClass: clips, testPerClass: Math.Max(1, clips / 2));
        Say($"rendered {CameraMotions.Classes.Length} camera motions over 15 photographs as MP4 files in {watch.Elapsed.TotalSeconds:0.0} s: {place}");
        return (VideoFolder.Read(Path.Combine(place, "train")), VideoFolder.Read(Path.Combine(place, "test")));
    }

    /// <summary>A fifth is held out.</summary>
    private static (IReadOnlyList<LabeledVideo> Training, IReadOnlyList<LabeledVideo> HeldOut) OwnVideos(MLContext ml, string folder, int seed)
    {
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(VideoFolder.Read(folder)), testFraction: 0.2, seed: seed);
        return ([.. ml.Data.CreateEnumerable<LabeledVideo>(split.TrainSet, reuseRowObject: false)], [.. ml.Data.CreateEnumerable<LabeledVideo>(split.TestSet, reuseRowObject: false)]);
    }

    private static List<Prediction> Predict(MLContext ml, ITransformer model, IReadOnlyList<LabeledVideo> videos) =>
        [.. videos.Zip(ml.Data.CreateEnumerable<ClassScores>(model.Transform(ml.Data.LoadFromEnumerable(videos)), reuseRowObject: false), (video, scores) => new Prediction(video, scores))];

    private static double Accuracy(List<Prediction> predictions) => predictions.Average(one => one.IsRight ? 1.0 : 0.0);

    private static void Report(string output, TransformerChain<ITransformer> model, List<Prediction> predictions)
    {
        var network = model.OfType<VideoMambaTransformer>().Single();
        LearningCurves.Write(Path.Combine(output, "curves.png"), network.Epochs);
        string[] labels = [.. network.Labels!];
        var confusion = new ConfusionMatrix(labels.Length);
        foreach (var one in predictions.Where(one => labels.Contains(one.Video.Label))) confusion.Add(Array.IndexOf(labels, one.Video.Label), Array.IndexOf(labels, one.Scores.PredictedLabel));
        ConfusionChart.Write(Path.Combine(output, "confusion.png"), confusion, labels);
        var shown = predictions.GroupBy(one => one.Video.Label).SelectMany(group => group.Take(2)).Take(24);
        ClipGallery.Write(Path.Combine(output, "clips.png"), [.. shown.Select(Captioned)], frames: 5, tileHeight: 80, columns: 2);
    }

    private static CaptionedClip Captioned(Prediction one) => new(
        VideoReader.ReadAll(one.Video.Path),
        one.IsRight ? $"{one.Video.Label}: {one.Scores.Score.Max():P0} sure" : $"{one.Video.Label}, taken for {one.Scores.PredictedLabel} ({one.Scores.Score.Max():P0} sure)",
        one.IsRight);

    private static int UseInNewProcess(string zip, IReadOnlyList<LabeledVideo> heldOut, bool withRealClips)
    {
        string[] clips = [.. heldOut.GroupBy(row => row.Label).Select((group, i) => group.ElementAt(i % group.Count()).Path).Take(6)];
        if (withRealClips) clips = [.. clips, Path.Combine(AppContext.BaseDirectory, "clips", "coin.mov"), Path.Combine(AppContext.BaseDirectory, "clips", "plant-short.mp4")];
        Say("in a new process, with the saved model:");
        string[] host = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.ProcessPath!, Environment.GetCommandLineArgs()[0]] : [Environment.ProcessPath!];
        using var process = Process.Start(new ProcessStartInfo(host[0], [.. host[1..], "use", zip, .. clips]))!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void Say(string line) => Console.WriteLine(line);

    private sealed record Prediction(LabeledVideo Video, ClassScores Scores)
    {
        public bool IsRight => Scores.PredictedLabel == Video.Label;
    }
}
