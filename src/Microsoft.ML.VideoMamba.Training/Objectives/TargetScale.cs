using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Objectives;

/// <summary>
/// Regression learns (target - mean) / deviation, whatever the numbers' size, and the head is changed at the end so that it says the numbers themselves.
/// </summary>
/// <param name="Mean">Mean of the training targets.</param>
/// <param name="Deviation">Their standard deviation; 1 if they are all alike.</param>
internal readonly record struct TargetScale(double Mean, double Deviation)
{
    public static TargetScale Of(IReadOnlyCollection<TrainingLabel> labels)
    {
        double mean = labels.Average(label => (double)label.Target);
        double deviation = Math.Sqrt(labels.Average(label => (label.Target - mean) * (label.Target - mean)));
        return new TargetScale(mean, deviation > 0 ? deviation : 1);
    }

    public double Scale(double target) => (target - Mean) / Deviation;

    public double Restore(double scaled) => Mean + Deviation * scaled;

    /// <summary>From a head that says scaled numbers to one that says the numbers themselves.</summary>
    public void Unscale(IReadOnlyDictionary<string, Parameter> parameters)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        parameters["head.weight"].mul_(TorchScalar.Of(Deviation));
        parameters["head.bias"].mul_(TorchScalar.Of(Deviation)).add_(TorchScalar.Of(Mean), TorchScalar.Of(1));
    }

    /// <summary>The other way, for a head that was trained before. A fresh one (bias 0) stays as it is.</summary>
    public void ScaleTrainedHead(IReadOnlyDictionary<string, Parameter> parameters)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        if (!parameters["head.bias"].count_nonzero().item<long>().Equals(0L))
        {
            parameters["head.weight"].div_(TorchScalar.Of(Deviation));
            parameters["head.bias"].sub_(TorchScalar.Of(Mean)).div_(TorchScalar.Of(Deviation));
        }
    }
}
