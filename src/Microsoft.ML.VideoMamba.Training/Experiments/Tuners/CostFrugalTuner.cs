using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>
/// Cost-frugal search (FLOW2): from a start that is cheap to train it tries a random direction, then the opposite one, and moves wherever it got better; without luck
/// steps become shorter, and at last it begins again elsewhere. Trials stay about as dear as the start until dearer ones prove better. A trial that is behind the median
/// of those before it at a third of its epochs is not trained to the end.
/// </summary>
/// <remarks>
/// Wu, Wang, Huang, "Frugal Optimization for Cost-related Hyperparameters", AAAI 2021, algorithms 1 and 2. There a step is shortened after 2^(d-1) directions in vain: with a dozen
/// parameters and some dozens of trials that is never, so that <see cref="Patience"/> bounds it here. The median rule is that of Golovin et al., "Google Vizier", KDD 2017.
/// </remarks>
internal sealed class CostFrugalTuner : ITuner
{
    /// <summary>Most directions in vain before steps are shortened.</summary>
    private const int Patience = 4;

    /// <summary>Length of the first steps, and of the shortest, over the cube's diagonal (the paper's 0.1 and about a hundredth).</summary>
    private const double FirstStep = 0.1, ShortestStep = 0.01;

    /// <summary>Directions after which nothing new counts as near.</summary>
    private const int MostDirections = 100;

    private readonly RecipeSpace _space;
    private readonly FreshPoints _points;
    private readonly int _seed, _epochs, _early, _dimensions;
    private readonly List<Trial> _trials = [];
    private Trial? _incumbent, _running;
    private double[]? _opposite;
    private double _step;
    private int _vain, _sinceStart, _bestSinceStart;

    /// <param name="space">The space.</param>
    /// <param name="points">Where to begin, and where to begin again.</param>
    /// <param name="seed">The same seed gives the same directions.</param>
    /// <param name="rungs">Where trials are compared: of these the last but one counts.</param>
    public CostFrugalTuner(RecipeSpace space, FreshPoints points, int seed, Rungs rungs)
    {
        (_space, _points, _seed, _epochs, _dimensions) = (space, points, seed, rungs.Epochs[^1], space.Parameters.Count);
        _early = rungs.Epochs[Math.Max(0, rungs.Epochs.Count - 2)];
        _step = FirstStep * Diagonal;
    }

    private double Diagonal => Math.Sqrt(_dimensions);

    public TrialStep? Next(bool canBegin)
    {
        if (_running is { } running) return new TrialStep(running.Number, running.Point, _epochs);
        if (!canBegin) return null;
        int number = _trials.Count + 1;
        if (Propose(number) is not { } point) return null;
        _trials.Add(_running = new Trial(number, point));
        return new TrialStep(number, point, _early);
    }

    public void EpochDone(int trial, int epoch, TrialScore score)
    {
        var one = _trials[trial - 1];
        (one.Epoch, one.Score) = (epoch, score);
        if (epoch == _early) one.Early = score;
    }

    public void StepDone(int trial, bool failed)
    {
        var one = _trials[trial - 1];
        if (!failed && one.Epoch < _epochs && IsPromising(one)) return;
        _running = null;
        Judge(one, isBetter: !failed && one.Epoch == _epochs && (_incumbent is null || one.Score > _incumbent.Score));
    }

    public bool IsOver(int trial) => _running?.Number != trial;

    /// <summary>Whether a trial is no worse at its early rung than the median of those that were there before.</summary>
    private bool IsPromising(Trial trial)
    {
        var before = _trials.Where(other => other != trial && other.Early is not null).Select(other => other.Early!.Value).Order().ToList();
        return before.Count == 0 || trial.Early >= before[(before.Count - 1) / 2];
    }

    private void Judge(Trial trial, bool isBetter)
    {
        _sinceStart++;
        if (isBetter)
        {
            (_incumbent, _opposite, _vain, _bestSinceStart) = (trial, null, 0, _sinceStart);
        }
        else if (_incumbent is not null && _opposite is null && ++_vain >= Math.Min(Patience, 1 << Math.Min(_dimensions - 1, Patience)))
        {
            Shorten();
        }
    }

    /// <summary>Shorter steps by the root of how long nothing better was found; too short ones end the walk, and another begins.</summary>
    private void Shorten()
    {
        _vain = 0;
        _step *= Math.Sqrt((_bestSinceStart + 1.0) / (_sinceStart + 1.0));
        if (_step < ShortestStep * Diagonal) BeginElsewhere();
    }

    private void BeginElsewhere() => (_incumbent, _opposite, _step, _sinceStart, _bestSinceStart) = (null, null, FirstStep * Diagonal, 0, 0);

    private IReadOnlyList<double>? Propose(int number)
    {
        if (_incumbent is not null && ProposeNear(number) is { } near) return near;
        if (_incumbent is not null) BeginElsewhere();
        return _points.Draw();
    }

    /// <summary>The direction opposite to the last one, or a new one.</summary>
    /// <returns>Null if all that is near was tried.</returns>
    private double[]? ProposeNear(int number)
    {
        if (_opposite is { } opposite)
        {
            _opposite = null;
            if (_points.TryTake(opposite)) return opposite;
        }

        var random = new Random(SeedMix.Of(_seed, number, _dimensions));
        for (int draw = 0; draw < MostDirections; draw++)
        {
            double[] direction = Direction(random);
            double[] point = Move(direction, _step);
            if (!_points.TryTake(point)) continue;
            _opposite = Move(direction, -_step);
            return point;
        }

        return null;
    }

    /// <summary>Uniform on the unit sphere.</summary>
    private double[] Direction(Random random)
    {
        double[] normals = [.. Enumerable.Range(0, _dimensions).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
        double norm = Math.Sqrt(normals.Sum(normal => normal * normal));
        return Array.ConvertAll(normals, normal => normal / norm);
    }

    private double[] Move(double[] direction, double length) => [.. _incumbent!.Point.Select((place, axis) => Math.Clamp(place + Reach(axis, length) * direction[axis], 0, 1))];

    /// <summary>How far a step goes along an axis. Along one of few values it goes half a value's width on average at least: shorter steps would never change it.</summary>
    private double Reach(int axis, double length) => Math.CopySign(Math.Max(Math.Abs(length), _space.Parameters[axis].Width * Diagonal / 2), length);

    private sealed class Trial(int number, IReadOnlyList<double> point)
    {
        public int Number { get; } = number;

        public IReadOnlyList<double> Point { get; } = point;

        public int Epoch { get; set; }

        public TrialScore Score { get; set; }

        /// <summary>The score at the early rung.</summary>
        public TrialScore? Early { get; set; }
    }
}
