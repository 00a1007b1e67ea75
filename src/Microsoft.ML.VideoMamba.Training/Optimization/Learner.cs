using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Schedules;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>Moves a model's parameters: gradients of one batch or several, clipping, AdamW under its schedules, and the moving average.</summary>
internal sealed class Learner : IDisposable
{
    private readonly VideoMambaModel _model;
    private readonly IReadOnlyDictionary<string, Parameter> _further;
    private readonly TrainingOptions _options;
    private readonly AdamW _optimizer;
    private readonly ExponentialMovingAverage? _average;
    private readonly ISchedule _rates;
    private readonly StepCosine? _decays;
    private readonly int _stepsOfEpoch;
    private int _clips;

    /// <param name="model">The model, float32, on its device. It is changed to the options' precision.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="stepsOfEpoch">Steps of an epoch.</param>
    /// <param name="further">Parameters that are moved along with the model's, float32, on its device.</param>
    public Learner(VideoMambaModel model, TrainingOptions options, int stepsOfEpoch, IReadOnlyDictionary<string, Parameter> further)
    {
        (_model, _options, _stepsOfEpoch, _further) = (model, options, stepsOfEpoch, further);
        var parameters = AllParameters();
        var grouping = new ParameterGrouping
        {
            WeightDecay = options.WeightDecay,
            LayerDecay = options.LayerDecay,
            Mapping = options.LayerDecayMapping,
            Undecayed = model.UndecayedParameters.ToHashSet(),
        };
        _optimizer = new AdamW(parameters, grouping.Group(parameters.Select(named => (named.Key, named.Value.shape)), model.Config.Depth), (options.Beta1, options.Beta2), options.Epsilon);
        _average = options.AverageDecay is { } decay ? new ExponentialMovingAverage(Parameters, decay) : null;
        if (options.Precision == TrainingPrecision.BFloat16)
        {
            model.ToActivationType(ScalarType.BFloat16);
            Parameters.RunOn(AllParameters());
        }

        _rates = Rates(options, stepsOfEpoch);
        _decays = options.FinalWeightDecay is { } final ? new StepCosine(options.WeightDecay, final, options.Epochs * stepsOfEpoch) : null;
    }

    public FlatParameters Parameters => _optimizer.Parameters;

    /// <summary>Steps done.</summary>
    public int Steps => _optimizer.Steps;

    /// <summary>Place in the schedules: steps before the next one. An epoch whose clips could not all be read makes fewer steps than it has places.</summary>
    public int Position { get; private set; }

    /// <summary>The rate of the last step.</summary>
    public double LearningRate { get; private set; }

    /// <summary>The rate of the step that comes next.</summary>
    public double NextLearningRate => _rates.At(Position);

    /// <summary>The values to validate and to keep: the moving average, or the parameters themselves.</summary>
    public Tensor Kept => _average?.Values ?? Parameters.Values;

    /// <summary>Goes to an epoch's place in the schedules.</summary>
    /// <param name="epoch">From 1.</param>
    public void BeginEpoch(int epoch) => Position = (epoch - 1) * _stepsOfEpoch;

    /// <summary>Adds a batch's gradients.</summary>
    /// <param name="loss">Its mean loss.</param>
    /// <param name="clips">Its clips.</param>
    public void Accumulate(Tensor loss, int clips)
    {
        Parameters.Backward(_options.AccumulationSteps == 1 ? loss : loss.Times(clips));
        _clips += clips;
        // Several batches' gradients are added up in float32; those of one are taken in by the step itself.
        if (_options.AccumulationSteps > 1) Parameters.GatherGradients();
    }

    /// <summary>Makes a step of the gradients added since the one before, unless their norm is not finite: then nothing is changed.</summary>
    /// <returns>The gradients' norm before clipping.</returns>
    public double Step()
    {
        using var scope = NewDisposeScope();
        int steps = Steps;
        double rate = NextLearningRate, scale = _options.AccumulationSteps > 1 ? 1.0 / _clips : 1;
        double norm = _optimizer.Update(rate, _decays?.At(Position), _options.GradientClip, scale, _average).item<float>();
        _clips = 0;
        if (!double.IsFinite(norm))
        {
            _optimizer.Steps = steps;
            return norm;
        }

        LearningRate = rate;
        Position++;
        return norm;
    }

    /// <summary>Lets work run with the values that are kept, and puts the parameters back.</summary>
    public T WithKept<T>(Func<T> work)
    {
        if (_average is null) return work();
        using var present = Parameters.Snapshot().DetachFromDisposeScope();
        Parameters.Restore(_average.Values);
        try
        {
            return work();
        }
        finally
        {
            Parameters.Restore(present);
        }
    }

    /// <summary>Everything that a step depends on, as named tensors: views, to be written or filled.</summary>
    public IReadOnlyDictionary<string, Tensor> State() => new (string Prefix, Tensor? Block)[]
        {
            ("values", Parameters.Values), ("exp_avg", _optimizer.FirstMoment), ("exp_avg_sq", _optimizer.SecondMoment), ("average", _average?.Values),
        }
        .Where(part => part.Block is not null)
        .SelectMany(part => Parameters.Split(part.Block!).Select(named => (Name: $"{part.Prefix}.{named.Key}", named.Value)))
        .ToDictionary(named => named.Name, named => named.Value);

    /// <summary>Goes on from a state whose tensors were filled.</summary>
    public void Resume(int steps)
    {
        _optimizer.Steps = steps;
        Parameters.Publish();
    }

    /// <summary>Gives the model float32 parameters of given values, and no gradients.</summary>
    public void Finish(Tensor values)
    {
        Parameters.Restore(values);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        _model.ToActivationType(ScalarType.Float32);
        var masters = Parameters.Split(Parameters.Values);
        foreach (var (name, parameter) in ParametersOf(_model))
        {
            if (_options.Precision != TrainingPrecision.Float32) parameter.copy_(masters[name]);
            parameter.grad = null;
        }
    }

    public void Dispose()
    {
        _average?.Dispose();
        _optimizer.Dispose();
    }

    private Dictionary<string, Parameter> AllParameters() => ParametersOf(_model).Concat(_further).ToDictionary();

    private static Dictionary<string, Parameter> ParametersOf(VideoMambaModel model) =>
        model.named_parameters().Where(named => named.parameter.requires_grad).ToDictionary(named => named.name, named => named.parameter);

    private static ISchedule Rates(TrainingOptions options, int stepsOfEpoch)
    {
        double final = Math.Min(options.MinLearningRate, options.LearningRate), start = options.WarmupLearningRate ?? final, warmup = options.EffectiveWarmupEpochs;
        int steps = options.Epochs * stepsOfEpoch;
        return options.Schedule == LearningRateSchedule.CosinePerEpoch
            ? new StepwiseEpochs(new EpochCosine(options.LearningRate, final, options.Epochs, (int)Math.Round(warmup), start), stepsOfEpoch)
            : new StepCosine(options.LearningRate, final, steps, (int)Math.Min(steps, warmup * stepsOfEpoch), start);
    }
}
