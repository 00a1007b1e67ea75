using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>How far a student's tokens point from a teacher's.</summary>
/// <remarks>Paper section 3.3, self-distillation; image_sm/engine_distill.py.</remarks>
public static class TokenAlignment
{
    /// <summary>mean over batch and tokens of 2 - 2 cos(student, teacher): 0 for tokens that point the same way, 4 for opposite ones.</summary>
    /// <param name="student">(batch, tokens, width), any floating type.</param>
    /// <param name="teacher">Of the same shape; no gradient reaches it.</param>
    /// <returns>A scalar, float32.</returns>
    public static Tensor Of(Tensor student, Tensor teacher)
    {
        TorchRuntime.EnsureLoaded();
        LossShapes.CheckEqual(student, teacher);
        using var scope = NewDisposeScope();
        var cosines = (Directions(student) * Directions(teacher.detach())).sum(-1);
        return cosines.mean().Times(-2).add(TorchScalar.Of(2), TorchScalar.Of(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Tokens of length 1 that point where these do.</summary>
    /// <param name="tokens">(…, width).</param>
    public static Tensor Directions(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var single = tokens.to_type(ScalarType.Float32);
        return (single / single.norm(-1, keepdim: true)).MoveToOuterDisposeScope();
    }
}
