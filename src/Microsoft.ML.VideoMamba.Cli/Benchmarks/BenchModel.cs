using Microsoft.ML.VideoMamba.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>A network with start weights and clips of noise to run it over.</summary>
internal sealed class BenchModel : IDisposable
{
    public BenchModel(BenchOptions options, ScalarType weights)
    {
        using var scope = NewDisposeScope();
        Model = new VideoMambaModel(options.Config);
        Model.ToActivationType(weights).to(options.Device);
        scope.Detach(Model.parameters());
        scope.Detach(Model.buffers());
        var config = options.Config;
        long[] shape = config.IsVideo ? [config.Channels, config.Frames, config.Height, config.Width] : [config.Channels, config.Height, config.Width];
        Clips = randn([options.Batch, .. shape], options.Pixels, options.Device).DetachFromDisposeScope();
    }

    public VideoMambaModel Model { get; }

    /// <summary>Float32, as clips come from a loader, unless asked for otherwise.</summary>
    public Tensor Clips { get; }

    public void Dispose()
    {
        Clips.Dispose();
        Model.Dispose();
    }
}
