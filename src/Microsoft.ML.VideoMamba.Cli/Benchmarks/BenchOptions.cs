using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>What is timed, at which size, where.</summary>
/// <param name="Config">The network's shape; scan and mixer take their sizes off it where none are given.</param>
/// <param name="Batch">Clips of a run.</param>
/// <param name="Length">Tokens of a sequence.</param>
/// <param name="Channels">Channels of a scan, d_inner.</param>
/// <param name="Backward">Whether scan, mixer and infer also compute gradients.</param>
/// <param name="DType">Type of the activations.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="AtOnce">Clips of a run that a recorded network takes at a time; null for as many as it chooses.</param>
/// <param name="Passes">Passes side by side that these are shared out to; null for as many as it chooses.</param>
/// <param name="Pixels">Type of the clips' pixels.</param>
internal sealed record BenchOptions(VideoMambaConfig Config, int Batch, int Length, int Channels, bool Backward, ScalarType DType, Device Device, int? AtOnce = null, int? Passes = null, ScalarType Pixels = ScalarType.Float32)
{
    public int ElementSize => DType == ScalarType.BFloat16 ? 2 : 4;

    public int Directions => Config.Bidirectional ? 2 : 1;
}
