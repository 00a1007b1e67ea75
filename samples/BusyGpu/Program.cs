// Trains the published tiny network from video files while the CPU decodes them, and says whether the GPU had to wait: videos decoded anew in each epoch, as
// where a data set is larger than memory and disk, and decoded once and kept. First it says how fast they are decoded with nothing beside.
//   BusyGpu DIR TEST-DIR [EPOCHS] [SIZE] [DEVICE]
// Both folders hold a sub-folder of videos for each class.
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

if (args is not [var folder, var testFolder, .. var rest] || rest.Length > 3)
{
    Console.Error.WriteLine("BusyGpu DIR TEST-DIR [EPOCHS] [SIZE] [DEVICE]");
    return 2;
}

int epochs = rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 6, size = rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 224;
string device = rest.Length > 2 ? rest[2] : "cuda";
var (training, heldOut) = (VideoFolder.Read(folder), VideoFolder.Read(testFolder));
double commonest = heldOut.GroupBy(video => video.Label).Max(label => label.Count()) / (double)heldOut.Count;
SayDecodingRate();
foreach (bool keep in new[] { false, true })
{
    var ml = new MLContext(seed: 1);
    var done = new List<EpochMetrics>();
    var options = new VideoMambaTrainer.Options
    {
        Architecture = VideoMambaArchitecture.Tiny,
        Frames = 8,
        ImageSize = size,
        Epochs = epochs,
        BatchSize = 32,
        DropPath = 0.1,
        Precision = device == "cpu" ? TrainingPrecision.Float32 : TrainingPrecision.BFloat16,
        ValidationFraction = 0,
        Device = device,
    };
    if (!keep) (options.CacheMemoryBytes, options.CacheDiskBytes) = (0, 0);
    using var use = new GpuUse(device.Contains(':', StringComparison.Ordinal) ? device.Split(':')[1] : "0");
    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.Transforms.LoadVideoFrames("Video", "Path", frames: 8))
        .Append(ml.MulticlassClassification.Trainers.VideoMamba(options, metricsCallback: done.Add, progress: use));
    var model = pipeline.Fit(ml.Data.LoadFromEnumerable(training));
    use.Stop();
    var metrics = ml.MulticlassClassification.Evaluate(model.Transform(ml.Data.LoadFromEnumerable(heldOut)));

    // The first epoch compiles kernels.
    double[] rates = [.. done.Skip(epochs > 1 ? 1 : 0).Select(epoch => epoch.ClipsPerSecond).Order()];
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{(keep ? "decoded once" : "decoded in each epoch")}: {training.Count} clips on {model.LastTransformer.Device}, {rates[rates.Length / 2]:0.0} clips/s, {use}; held-out accuracy {metrics.MicroAccuracy:0.000} (always the commonest class: {commonest:0.000})"));
}

return 0;

// What the processors could feed a GPU with if they did nothing else: the second reading of every video, as in all epochs but the first.
void SayDecodingRate()
{
    var sampler = new SparseSampler(8);
    var reader = new ClipReader();
    string[] paths = [.. training.Select(video => video.Path)];
    int ReadAll() => reader.Read(paths, (_, length) => [sampler.Validation(length)]).Count();
    ReadAll();
    var (watch, before, pausesBefore) = (Stopwatch.StartNew(), Environment.CpuUsage, GC.GetTotalPauseDuration());
    int clips = ReadAll();
    var (seconds, after, pauses) = (watch.Elapsed.TotalSeconds, Environment.CpuUsage, GC.GetTotalPauseDuration() - pausesBefore);
    var (processor, kernel) = (after.TotalTime - before.TotalTime, after.PrivilegedTime - before.PrivilegedTime);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"decoding alone: {clips / seconds:0.0} clips/s on {Environment.ProcessorCount} processors, {processor.TotalMilliseconds / clips:0.0} ms of a processor a clip, {kernel.TotalMilliseconds / clips:0.0} of them in the kernel, {pauses.TotalSeconds / seconds:0 %} of the time in pauses of garbage collection, by {VideoDecoder.Describe()}"));
}
