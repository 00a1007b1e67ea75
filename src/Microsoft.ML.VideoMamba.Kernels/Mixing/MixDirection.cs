using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The parameters of one direction of a mixer, between its input and its output projection.</summary>
/// <param name="ConvWeight">Taps of the causal convolution, (channels, width), float32; a checkpoint's (channels, 1, width) without its middle axis.</param>
/// <param name="ConvBias">Its bias, (channels), float32.</param>
/// <param name="XProj">Maps the convolved inputs to (dt | B | C), (dt_rank + 2 d_state, channels), in the activations' type.</param>
/// <param name="DtProj">Maps dt to step sizes, (channels, dt_rank), in the activations' type.</param>
/// <param name="DtBias">Added to the step sizes ahead of their softplus, (channels), float32.</param>
/// <param name="ALog">log(-A), (channels, d_state), float32.</param>
/// <param name="D">Skip connection, (channels), float32.</param>
public sealed record MixDirection(Tensor ConvWeight, Tensor ConvBias, Tensor XProj, Tensor DtProj, Tensor DtBias, Tensor ALog, Tensor D)
{
    /// <summary>Number of tensors.</summary>
    internal const int Count = 7;

    /// <summary>dt_rank.</summary>
    internal int Rank => (int)DtProj.size(1);

    /// <summary>d_state.</summary>
    internal int States => (int)ALog.size(1);

    /// <summary>In the order of the record.</summary>
    internal IReadOnlyList<Tensor> ToList() => [ConvWeight, ConvBias, XProj, DtProj, DtBias, ALog, D];

    /// <summary>From <see cref="Count"/> tensors in the order of the record.</summary>
    internal static MixDirection FromList(IEnumerable<Tensor> tensors) =>
        tensors.ToArray() is [var convWeight, var convBias, var xProj, var dtProj, var dtBias, var aLog, var d]
            ? new MixDirection(convWeight, convBias, xProj, dtProj, dtBias, aLog, d)
            : throw new ArgumentException($"A direction has {Count} tensors.", nameof(tensors));
}
