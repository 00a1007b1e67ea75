using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Training.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>A network out of a checkpoint.</summary>
/// <param name="Network">The network.</param>
/// <param name="Labels">A name for each class: those that were given, else the file's, else null.</param>
internal sealed record CheckpointNetwork(Network Network, IReadOnlyList<string>? Labels)
{
    public static CheckpointNetwork Load(IHostEnvironment environment, CheckpointOptions options, IReadOnlyList<string>? labels)
    {
        string device = NetworkDevice.Choose(environment.Register(nameof(CheckpointNetwork)), options.Device);
        using var scope = NewDisposeScope();
        var predictor = VideoMambaPredictor.Load(options.Checkpoint, new PredictorOptions
        {
            Root = options.CheckpointRoot,
            Labels = labels,
            Frames = options.Frames,
            Height = options.ImageSize,
            Width = options.ImageSize,
            ScanOrder = options.ScanOrder,
            Stride = options.Stride,
            Device = device,
            Precision = options.Precision,
        });
        if (predictor.Precision.Note is { } note) NetworkPrecision.Warn(environment.Register(nameof(CheckpointNetwork)), note);
        return new CheckpointNetwork(Network.TakeOver(predictor.Model), predictor.Labels);
    }
}
