// From real video files to scores and features. The weights are random test weights (seed 1), written here so that the sample needs no download:
// the scores mean nothing, everything around them is what a published checkpoint goes through.
using System.Globalization;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Reading;
using TorchSharp;

string output = Path.GetFullPath(args is [var folder] ? folder : "quickstart-output");
string checkpoint = Path.Combine(output, "test-weights.safetensors");
string[] labels = ["coin", "plant", "ocean", "city", "dog"];
Directory.CreateDirectory(output);

TorchRuntime.EnsureLoaded();
torch.random.manual_seed(1);
var config = VideoMambaConfig.Tiny with { Depth = 4, Frames = 8, Height = 112, Width = 112, Classes = labels.Length };
using (var model = new VideoMambaModel(config)) CheckpointWriter.Save(model, checkpoint, labels);
Console.WriteLine($"wrote {checkpoint}: TEST weights, untrained; scores below are meaningless.");

using var predictor = VideoMambaPredictor.Load(checkpoint, new PredictorOptions { Views = new ViewOptions { Segments = 2, Crops = 3 } });
foreach (string clip in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "clips"), "*.m*").Where(path => !path.EndsWith(".md", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
{
    var info = VideoReader.Probe(clip);
    var views = VideoReader.ReadClips(clip, predictor.Pick);
    float[] embedding = predictor.Embed(views, Pooling.Cls).Values;
    string sheet = Path.Combine(output, Path.GetFileNameWithoutExtension(clip) + ".png");
    ContactSheet.Write(sheet, views[0]);

    Console.WriteLine($"{Path.GetFileName(clip)}: {info.Frames} frames of {info.Width}x{info.Height}, {info.Codec}, by {info.Backend}");
    foreach (var score in predictor.Top(predictor.Score(views), 3)) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {score.Score:0.000}  {score.Label}"));
    Console.WriteLine($"  embedding of {embedding.Length}: {string.Join(' ', embedding.Take(4).Select(value => value.ToString("0.000", CultureInfo.InvariantCulture)))} …");
    Console.WriteLine($"  the frames that were scored: {sheet}");
}
