using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Distillation;

/// <summary>
/// Brings a student's tokens to its teacher's width: a second RMSNorm and a linear layer. It is trained along with the student and dropped afterwards. Its
/// parameters are called as in the original's files once they stand under <c>distill_head</c>: <c>0.weight</c>, <c>1.weight</c>, <c>1.bias</c>.
/// </summary>
/// <remarks>image_sm/models/videomamba_distill.py.</remarks>
public sealed class DistillationHead : nn.Module<Tensor, Tensor>
{
    private const double NormEpsilon = 1e-5;
    private const double StartDeviation = 0.02;

    [ComponentName(Name = "0")]
    private readonly TokenNorm _norm;

    [ComponentName(Name = "1")]
    private readonly Linear _linear;

    // Ahead of the base class, whose constructor calls torch.
    static DistillationHead() => TorchRuntime.EnsureLoaded();

    /// <summary>Builds a head with start weights: linear ones from a normal distribution of deviation 0.02, as all of the original's.</summary>
    /// <param name="width">The student's width.</param>
    /// <param name="teacherWidth">The teacher's.</param>
    /// <param name="device">Where the parameters live; null for main memory.</param>
    public DistillationHead(int width, int teacherWidth, Device? device = null)
        : base(nameof(DistillationHead))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(teacherWidth, 1);
        _norm = new TokenNorm(NormKind.Rms, width, NormEpsilon, device);
        _linear = nn.Linear(width, teacherWidth, device: device);
        nn.init.normal_(_linear.weight, 0, StartDeviation);
        nn.init.zeros_(_linear.bias);
        RegisterComponents();
    }

    /// <summary>Maps tokens.</summary>
    /// <param name="tokens">Normed tokens of the student, (batch, tokens, width), float32.</param>
    /// <returns>(batch, tokens, teacher's width), float32.</returns>
    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return _linear.forward(_norm.Run(tokens, residual: null).Y).MoveToOuterDisposeScope();
    }
}
