using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>Losses that let a student follow a teacher's class scores, as DeiT does. Logits are (batch, classes); losses are scalars; no gradient reaches the teacher.</summary>
/// <remarks>image_sm/losses.py, DistillationLoss. Either is blended with the base loss: (1 - alpha) base + alpha distillation.</remarks>
public static class Distillation
{
    /// <summary>tau^2 / (B C) sum KL(softmax(teacher / tau) || softmax(student / tau)): divided by all elements, as the original does.</summary>
    /// <param name="student">(batch, classes).</param>
    /// <param name="teacher">(batch, classes).</param>
    /// <param name="temperature">tau, above 0.</param>
    public static Tensor Soft(Tensor student, Tensor teacher, double temperature)
    {
        TorchRuntime.EnsureLoaded();
        LossShapes.CheckEqual(student, teacher);
        if (!(temperature > 0)) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, "Must be above 0.");
        using var scope = NewDisposeScope();
        var wanted = nn.functional.log_softmax(teacher.detach().Times(1 / temperature), 1);
        var given = nn.functional.log_softmax(student.Times(1 / temperature), 1);
        var divergence = (wanted.exp() * (wanted - given)).sum();
        return divergence.Times(temperature * temperature / student.numel()).MoveToOuterDisposeScope();
    }

    /// <summary>Cross entropy with the class that the teacher scores highest.</summary>
    /// <param name="student">(batch, classes).</param>
    /// <param name="teacher">(batch, classes).</param>
    public static Tensor Hard(Tensor student, Tensor teacher)
    {
        TorchRuntime.EnsureLoaded();
        LossShapes.CheckEqual(student, teacher);
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(student, teacher.argmax(1)).MoveToOuterDisposeScope();
    }

    /// <summary>(1 - alpha) base + alpha distillation.</summary>
    /// <param name="baseLoss">The loss on the labels, a scalar.</param>
    /// <param name="distillation">The loss on the teacher, a scalar.</param>
    /// <param name="alpha">The teacher's share, in [0, 1].</param>
    public static Tensor Blend(Tensor baseLoss, Tensor distillation, double alpha)
    {
        if (alpha is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Must be in [0, 1].");
        using var scope = NewDisposeScope();
        return baseLoss.Times(1 - alpha).Plus(distillation.Times(alpha)).MoveToOuterDisposeScope();
    }
}
