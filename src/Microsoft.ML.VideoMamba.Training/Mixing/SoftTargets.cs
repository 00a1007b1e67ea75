using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>What a model should say of mixed clips: a share for each class.</summary>
public static class SoftTargets
{
    /// <summary>lambda y + (1 - lambda) y of the partners, where y is 1 - s + s / C for the clip's class and s / C for each other.</summary>
    /// <param name="labels">(batch), int64, each from 0 to <paramref name="classes"/> - 1.</param>
    /// <param name="classes">C, at least 1.</param>
    /// <param name="lambdas">The clips' own shares: (batch, 1), or (1, 1) for all.</param>
    /// <param name="smoothing">s, in [0, 1).</param>
    /// <returns>(batch, classes), float32.</returns>
    /// <exception cref="ArgumentException">A shape or type is another, or <paramref name="smoothing"/> is out of its range.</exception>
    public static Tensor Of(Tensor labels, int classes, Tensor lambdas, double smoothing)
    {
        TorchRuntime.EnsureLoaded();
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(lambdas);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (smoothing is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "Must be in [0, 1).");
        if (labels.dim() != 1 || labels.dtype != ScalarType.Int64) throw new ArgumentException($"Labels must be int64 (batch); they are {labels.dtype} ({string.Join(", ", labels.shape)}).", nameof(labels));
        using var scope = NewDisposeScope();
        double off = smoothing / classes;
        var own = full([labels.shape[0], classes], TorchScalar.Of(off), ScalarType.Float32, labels.device)
            .scatter_(1, labels.unsqueeze(1), full([labels.shape[0], 1], TorchScalar.Of(1 - smoothing + off), ScalarType.Float32, labels.device));
        return (own * lambdas).Plus(own.flip(0) * (ones_like(lambdas) - lambdas)).MoveToOuterDisposeScope();
    }
}
