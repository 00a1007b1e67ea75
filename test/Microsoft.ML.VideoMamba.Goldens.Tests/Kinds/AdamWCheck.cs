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
        using var scope = NewDisposeScope();
        var parameters = golden.Names("input").Where(name => name.StartsWith("start.", StringComparison.Ordinal))
            .ToDictionary(name => name["start.".Length..], name => new Parameter(golden.Torch("input." + name)));
        var betas = golden.Params.GetProperty("betas");
        using var optimizer = new AdamW(parameters, Groups(golden, parameters.Keys), (betas[0].GetDouble(), betas[1].GetDouble()), golden.Double("eps"));
        using var average = new ExponentialMovingAverage(optimizer.Parameters, golden.Double("ema_decay"));
        double? clip = golden.Params.GetProperty("clip") is { ValueKind: JsonValueKind.Number } limit ? limit.GetDouble() : null;
        double[] rates = [.. golden.Params.GetProperty("lrs").EnumerateArray().Select(rate => rate.GetDouble())];

        for (int step = 0; step < golden.Int("steps"); step++)
        {
            foreach (var (name, parameter) in parameters) parameter.grad!.copy_(golden.Torch($"input.grad.{step}.{name}"));
            golden.AssertClose($"output.grad_norm.{step}", optimizer.Parameters.ClipGradients(clip));
            Compare(golden, $"output.clipped.{step}.", optimizer.Parameters, optimizer.Parameters.Gradients);
            optimizer.Step(rates[step]);
            average.Update();
            foreach (var (name, parameter) in parameters) golden.AssertClose($"output.param.{step}.{name}", parameter);
            Compare(golden, $"output.ema.{step}.", optimizer.Parameters, average.Values);
        }

        Compare(golden, "output.exp_avg.", optimizer.Parameters, optimizer.FirstMoment);
        Compare(golden, "output.exp_avg_sq.", optimizer.Parameters, optimizer.SecondMoment);
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
}
