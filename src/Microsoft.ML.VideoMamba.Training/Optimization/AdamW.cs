using Microsoft.ML.VideoMamba.Kernels.Optimization;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>
/// Adam with decoupled weight decay over <see cref="FlatParameters"/>: eight operations over all parameters and two a group, whatever their number;
/// <see cref="Update"/> takes two passes over the memory with everything around the step, on a CUDA device three launches.
/// p -= lr wd p; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps), with lr = rate * the group's scale.
/// </summary>
/// <remarks>torch.optim.AdamW; Loshchilov and Hutter, "Decoupled weight decay regularization".</remarks>
public sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly (double First, double Second) _betas;
    private readonly double _epsilon;
    private readonly FusedAdamW? _fused;

    /// <summary>Takes parameters over into one block and starts with moments of 0.</summary>
    /// <param name="parameters">Parameters by name: float32, on one device.</param>
    /// <param name="groups">Groups that name each of them once.</param>
    /// <param name="betas">Decay of the first and of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment after its bias correction, above 0.</param>
    /// <exception cref="ArgumentException">The groups do not name each parameter once.</exception>
    public AdamW(IReadOnlyDictionary<string, Parameter> parameters, IReadOnlyList<ParameterGroup> groups, (double First, double Second) betas, double epsilon = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(groups);
        TorchRuntime.EnsureLoaded();
        if (betas.First is not (>= 0 and < 1) || betas.Second is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(betas), betas, "Both must be in [0, 1).");
        if (!(epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Must be above 0.");
        CheckNames(parameters, groups);
        (_groups, _betas, _epsilon) = (groups, betas, epsilon);
        Parameters = new FlatParameters([.. groups.Select(group => group.Names.Select(name => (name, parameters[name])).ToList())]);
        FirstMoment = zeros_like(Parameters.Values).DetachFromDisposeScope();
        SecondMoment = zeros_like(Parameters.Values).DetachFromDisposeScope();
        if (!FusedAdamW.Takes(Parameters.Values.device)) return;
        _fused = new FusedAdamW(
            Parameters.Values.device, [.. groups.Select((group, i) => new OptimizerGroup(Parameters.GroupValues(i).numel(), group.LearningRateScale, group.WeightDecay))], betas, epsilon);
    }

    /// <summary>The parameters and their gradients.</summary>
    public FlatParameters Parameters { get; }

    /// <summary>Running mean of the gradients (exp_avg), laid out like <see cref="FlatParameters.Values"/>.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Running mean of the squared gradients (exp_avg_sq), laid out like <see cref="FlatParameters.Values"/>.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Steps done.</summary>
    public int Steps { get; internal set; }

    /// <summary>
    /// All of an update: takes in the gradients of rounded copies, clips, steps, clears the gradients, and gives the rounded copies and the moving average the new
    /// values. Where the gradients' norm is not finite nothing but <see cref="Steps"/> is changed.
    /// </summary>
    /// <param name="learningRate">The schedule's rate; each group scales it.</param>
    /// <param name="weightDecay">The schedule's decay for the groups that are decayed; their own if left out.</param>
    /// <param name="maxNorm">The largest norm of all gradients that may stay, above 0; null scales nothing.</param>
    /// <param name="gradientScale">Factor of the gradients, ahead of their norm.</param>
    /// <param name="average">The moving average to bring up to date, or null.</param>
    /// <returns>The gradients' norm before clipping, a scalar on the parameters' device: on a card reading it waits for the step.</returns>
    public Tensor Update(double learningRate, double? weightDecay = null, double? maxNorm = null, double gradientScale = 1, ExponentialMovingAverage? average = null)
    {
        FlatParameters.CheckNorm(maxNorm);
        using var noGrad = no_grad();
        if (_fused is null) return UpdateByTorch(learningRate, weightDecay, maxNorm, gradientScale, average);
        if (Parameters.RoundedGradients is null) Parameters.GatherGradients();
        var blocks = new OptimizerBlocks(
            Parameters.Values, Parameters.Gradients, FirstMoment, SecondMoment, Parameters.RoundedValues, Parameters.RoundedGradients, average?.Values);
        return _fused.Step(blocks, new OptimizerStep(++Steps, learningRate, weightDecay, maxNorm, gradientScale, average?.Decay ?? 0));
    }

    /// <summary>Moves the parameters against the gradients that they hold. The gradients stay.</summary>
    /// <param name="learningRate">The schedule's rate; each group scales it.</param>
    /// <param name="weightDecay">The schedule's decay for the groups that are decayed; their own if left out.</param>
    public void Step(double learningRate, double? weightDecay = null)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        var gradients = Parameters.Gradients;
        FirstMoment.mul_(TorchScalar.Of(_betas.First)).add_(gradients, TorchScalar.Of(1 - _betas.First));
        SecondMoment.mul_(TorchScalar.Of(_betas.Second)).addcmul_(gradients, gradients, TorchScalar.Of(1 - _betas.Second));
        double correction = 1 - Math.Pow(_betas.First, Steps), secondCorrection = Math.Sqrt(1 - Math.Pow(_betas.Second, Steps));
        var denominator = SecondMoment.sqrt().div_(TorchScalar.Of(secondCorrection)).add_(TorchScalar.Of(_epsilon), TorchScalar.Of(1));
        long offset = 0;
        for (int i = 0; i < _groups.Count; i++)
        {
            var values = Parameters.GroupValues(i);
            long size = values.numel();
            double rate = learningRate * _groups[i].LearningRateScale, decay = _groups[i].WeightDecay > 0 ? weightDecay ?? _groups[i].WeightDecay : 0;
            if (decay > 0) values.mul_(TorchScalar.Of(1 - rate * decay));
            values.addcdiv_(FirstMoment.narrow(0, offset, size), denominator.narrow(0, offset, size), TorchScalar.Of(-rate / correction));
            offset += size;
        }
    }

    /// <summary>Frees the moments and the blocks' handles; the parameters stay usable.</summary>
    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        Parameters.Dispose();
        _fused?.Dispose();
    }

    private Tensor UpdateByTorch(double learningRate, double? weightDecay, double? maxNorm, double gradientScale, ExponentialMovingAverage? average)
    {
        using var scope = NewDisposeScope();
        Parameters.GatherGradients();
        if (gradientScale != 1) Parameters.Gradients.mul_(TorchScalar.Of(gradientScale));
        var norm = Parameters.ClipGradients(maxNorm);
        if (!float.IsFinite(norm.item<float>()))
        {
            Steps++;
            return norm.MoveToOuterDisposeScope();
        }

        Step(learningRate, weightDecay);
        Parameters.ZeroGradients();
        Parameters.Publish();
        average?.Update();
        return norm.MoveToOuterDisposeScope();
    }

    private static void CheckNames(IReadOnlyDictionary<string, Parameter> parameters, IReadOnlyList<ParameterGroup> groups)
    {
        var named = groups.SelectMany(group => group.Names).ToList();
        string? unknown = named.FirstOrDefault(name => !parameters.ContainsKey(name));
        if (unknown is not null) throw new ArgumentException($"There is no parameter '{unknown}'.", nameof(groups));
        if (named.Distinct().Count() != named.Count) throw new ArgumentException("A parameter is in two groups.", nameof(groups));
        string? left = parameters.Keys.Except(named).FirstOrDefault();
        if (left is not null) throw new ArgumentException($"Parameter '{left}' is in no group.", nameof(groups));
    }
}
