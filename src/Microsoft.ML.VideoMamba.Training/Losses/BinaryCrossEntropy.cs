using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>A yes or no for each class, as some image recipes train. Every loss is a scalar, the mean over batch and classes.</summary>
public static class BinaryCrossEntropy
{
    /// <summary>Binary cross entropy with logits against 1 where the target is above 0, else 0.</summary>
    /// <param name="logits">(batch, classes).</param>
    /// <param name="targets">(batch, classes). Smoothed targets are above 0 everywhere: smooth nothing ahead of this loss.</param>
    /// <remarks>image_sm/engine.py, bce_loss.</remarks>
    public static Tensor OfTargets(Tensor logits, Tensor targets)
    {
        TorchRuntime.EnsureLoaded();
        LossShapes.CheckEqual(logits, targets);
        using var scope = NewDisposeScope();
        return OfProbabilities(logits, targets.gt(TorchScalar.Of(0)).to(logits.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Two submodels teach each other: a quarter of bce(a, target) + bce(b, target) + bce(a, sigmoid b) + bce(b, sigmoid a), no gradient through the sigmoids.
    /// </summary>
    /// <param name="first">a: (batch, classes), logits of one submodel.</param>
    /// <param name="second">b: (batch, classes), logits of the other on the same clips.</param>
    /// <param name="targets">(batch, classes), taken as they are.</param>
    /// <remarks>image_sm/engine.py, cosub.</remarks>
    public static Tensor OfSubmodels(Tensor first, Tensor second, Tensor targets)
    {
        TorchRuntime.EnsureLoaded();
        LossShapes.CheckEqual(first, targets);
        LossShapes.CheckEqual(second, targets);
        using var scope = NewDisposeScope();
        var onTargets = OfProbabilities(first, targets).Plus(OfProbabilities(second, targets));
        var onEachOther = OfProbabilities(first, second.detach().sigmoid()).Plus(OfProbabilities(second, first.detach().sigmoid()));
        return onTargets.Plus(onEachOther).Times(0.25).MoveToOuterDisposeScope();
    }

    private static Tensor OfProbabilities(Tensor logits, Tensor targets) => nn.functional.binary_cross_entropy_with_logits(logits, targets);
}
