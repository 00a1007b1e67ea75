using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>A slow copy of the parameters: average = decay * average + (1 - decay) * values after each step. It starts as a copy and has no decay warm-up.</summary>
/// <remarks>timm 0.4.12's ModelEma.</remarks>
public sealed class ExponentialMovingAverage : IDisposable
{
    private readonly FlatParameters _parameters;

    /// <summary>Starts as a copy.</summary>
    /// <param name="parameters">The parameters to follow.</param>
    /// <param name="decay">In [0, 1); 0.9999 in the original's recipes.</param>
    public ExponentialMovingAverage(FlatParameters parameters, double decay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (decay is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(decay), decay, "Must be in [0, 1).");
        (_parameters, Decay) = (parameters, decay);
        using var noGrad = no_grad();
        Values = parameters.Values.clone().DetachFromDisposeScope();
    }

    /// <summary>How much of the average stays at an update.</summary>
    public double Decay { get; }

    /// <summary>The averages, laid out like <see cref="FlatParameters.Values"/>.</summary>
    public Tensor Values { get; }

    /// <summary>Takes the parameters' present values into the average.</summary>
    public void Update()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Values.mul_(TorchScalar.Of(Decay)).add_(_parameters.Values, TorchScalar.Of(1 - Decay));
    }

    /// <summary>Frees the averages.</summary>
    public void Dispose() => Values.Dispose();
}
