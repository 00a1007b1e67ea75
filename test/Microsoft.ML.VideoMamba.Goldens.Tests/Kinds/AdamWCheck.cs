using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training.Optimization;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Steps of the optimiser on given gradients: norm, clipping, parameters, moving average and, at the end, moments.</summary>
internal sealed class AdamWCheck : IGoldenCheck
{
    public string Kind => "adamw";

    public void Check(GoldenCase golden)
    {
        TorchRuntime.EnsureLoaded();
        foreach (var device in GoldenDevices.All)
        {
            StepByStep(golden, device);
            AllAtOnce(golden, device);
        }
    }

    /// <summary>Clipping, the step and the average one by one: what is clipped can be seen.</summary>
    private static void StepByStep(GoldenCase golden, Device device)
    {
        using var scope = NewDisposeScope();
        using var run = new Run(golden, device);
        var flat = run.Optimizer.Parameters;
        for (int step = 0; step < run.Rates.Length; step++)
        {
            run.SetGradients(step);
            golden.AssertClose($"output.grad_norm.{step}", flat.ClipGradients(run.Clip));
            Compare(golden, $"output.clipped.{step}.", flat, flat.Gradients);
            run.Optimizer.Step(run.Rates[step]);
            run.Average.Update();
            run.CompareValues(step);
        }

        run.CompareMoments();
    }

    /// <summary>What a training does: on a card the kernels.</summary>
    private static void AllAtOnce(GoldenCase golden, Device device)
    {
        using var scope = NewDisposeScope();
        using var run = new Run(golden, device);
        for (int step = 0; step < run.Rates.Length; step++)
        {
            run.SetGradients(step);
            golden.AssertClose($"output.grad_norm.{step}", run.Optimizer.Update(run.Rates[step], maxNorm: run.Clip, average: run.Average));
            run.CompareValues(step);
            Assert.AreEqual(0, run.Optimizer.Parameters.Gradients.count_nonzero().item<long>());
        }

        run.CompareMoments();
    }

    private static List<ParameterGroup> Groups(GoldenCase golden, IEnumerable<string> names) =>
    [
        .. names.GroupBy(name => (Decay: golden.Params.GetProperty("weight_decay").GetProperty(name).GetDouble(), Scale: golden.Params.GetProperty("lr_scale").GetProperty(name).GetDouble()))
            .Select(group => new ParameterGroup([.. group], group.Key.Decay, group.Key.Scale)),
    ];

    private static void Compare(GoldenCase golden, string key, FlatParameters parameters, Tensor flat)
    {
        foreach (var (name, values) in parameters.Split(flat)) golden.AssertClose(key + name, values);
    }

    /// <summary>The optimiser of a case on a device, at its start.</summary>
    private sealed class Run : IDisposable
    {
        private readonly GoldenCase _golden;
        private readonly Dictionary<string, Parameter> _parameters;

        public Run(GoldenCase golden, Device device)
        {
            _golden = golden;
            _parameters = golden.Names("input").Where(name => name.StartsWith("start.", StringComparison.Ordinal))
                .ToDictionary(name => name["start.".Length..], name => new Parameter(golden.Torch("input." + name).to(device)));
            var betas = golden.Params.GetProperty("betas");
            Optimizer = new AdamW(_parameters, Groups(golden, _parameters.Keys), (betas[0].GetDouble(), betas[1].GetDouble()), golden.Double("eps"));
            Average = new ExponentialMovingAverage(Optimizer.Parameters, golden.Double("ema_decay"));
            Clip = golden.Params.GetProperty("clip") is { ValueKind: JsonValueKind.Number } limit ? limit.GetDouble() : null;
            Rates = [.. golden.Params.GetProperty("lrs").EnumerateArray().Take(golden.Int("steps")).Select(rate => rate.GetDouble())];
        }

        public AdamW Optimizer { get; }

        public ExponentialMovingAverage Average { get; }

        public double? Clip { get; }

        public double[] Rates { get; }

        public void SetGradients(int step)
        {
            foreach (var (name, parameter) in _parameters) parameter.grad!.copy_(_golden.Torch($"input.grad.{step}.{name}"));
        }

        public void CompareValues(int step)
        {
            foreach (var (name, parameter) in _parameters) _golden.AssertClose($"output.param.{step}.{name}", parameter);
            Compare(_golden, $"output.ema.{step}.", Optimizer.Parameters, Average.Values);
        }

        public void CompareMoments()
        {
            Compare(_golden, "output.exp_avg.", Optimizer.Parameters, Optimizer.FirstMoment);
            Compare(_golden, "output.exp_avg_sq.", Optimizer.Parameters, Optimizer.SecondMoment);
        }

        public void Dispose()
        {
            Average.Dispose();
            Optimizer.Dispose();
        }
    }
}
