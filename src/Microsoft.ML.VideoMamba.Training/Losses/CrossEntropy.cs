using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>Cross entropy of class scores. Logits are (batch, classes), any float type; every loss is a scalar, the mean over the batch.</summary>
public static class CrossEntropy
{
    /// <summary>mean_b((1 - s) nll_b + s mean_c(-log softmax(logits_b)_c)): plain cross entropy where <paramref name="smoothing"/> is 0.</summary>
    /// <param name="logits">(batch, classes).</param>
    /// <param name="labels">(batch), int64, each from 0 to classes - 1.</param>
    /// <param name="smoothing">s, in [0, 1).</param>
    /// <param name="classWeights">(classes), float32: factor of each class's terms; the sum is then divided by the sum of the labels' weights. Null for 1 each.</param>
    /// <remarks>timm's LabelSmoothingCrossEntropy, which the original trains with where mixup is off.</remarks>
    public static Tensor OfLabels(Tensor logits, Tensor labels, double smoothing = 0, Tensor? classWeights = null)
    {
        TorchRuntime.EnsureLoaded();
        CheckLabels(logits, labels);
        if (smoothing is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "Must be in [0, 1).");
        if (classWeights is not null && (classWeights.dim() != 1 || classWeights.shape[0] != logits.shape[1]))
        {
            throw new ArgumentException($"Class weights must be ({logits.shape[1]}); they are ({string.Join(", ", classWeights.shape)}).", nameof(classWeights));
        }

        return nn.functional.cross_entropy(logits, labels, classWeights, label_smoothing: smoothing);
    }

    /// <summary>mean_b(-sum_c target_bc log softmax(logits_b)_c): the loss for mixed or distilled targets.</summary>
    /// <param name="logits">(batch, classes).</param>
    /// <param name="targets">(batch, classes), usually of sum 1 in each row.</param>
    /// <remarks>timm's SoftTargetCrossEntropy, which the original trains with where mixup is on.</remarks>
    public static Tensor OfTargets(Tensor logits, Tensor targets)
    {
        TorchRuntime.EnsureLoaded();
        LossShapes.CheckEqual(logits, targets);
        using var scope = NewDisposeScope();
        return (-targets * nn.functional.log_softmax(logits, -1)).sum(-1).mean().MoveToOuterDisposeScope();
    }

    private static void CheckLabels(Tensor logits, Tensor labels)
    {
        if (logits.dim() != 2) throw new ArgumentException($"Logits must be (batch, classes); they are ({string.Join(", ", logits.shape)}).", nameof(logits));
        if (labels.dim() != 1 || labels.shape[0] != logits.shape[0] || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException($"Labels must be int64 ({logits.shape[0]}); they are {labels.dtype} ({string.Join(", ", labels.shape)}).", nameof(labels));
        }
    }
}
