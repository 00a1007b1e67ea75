using Microsoft.ML.VideoMamba.Kernels.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Optimization;

/// <summary>The optimiser's kernels on a device against its formulas in float64.</summary>
internal sealed class FusedAdamWChecks(Device device)
{
    private const double Beta1 = 0.9, Beta2 = 0.98, Epsilon = 1e-8, MaxNorm = 0.7, Scale = 0.25, AverageDecay = 0.99, GlobalDecay = 0.03;

    private static readonly OptimizerGroup[] s_groups = [new(4, 1, 0), new(5008, 0.65, 0.05), new(16, 0.1, 0.2), new(100_000, 1, 0.05)];

    /// <param name="rounded">Whether there are rounded copies.</param>
    /// <param name="apart">Whether those have gradients of their own.</param>
    public void StepsEqualFloat64(bool rounded, bool apart = true)
    {
        using var scope = NewDisposeScope();
        using var optimizer = new FusedAdamW(device, s_groups, (Beta1, Beta2), Epsilon);
        var blocks = Blocks(rounded);
        if (!apart) blocks = blocks with { RoundedGradients = null };
        var (p, m, v, average) = (Wide(blocks.Values), Wide(blocks.FirstMoment), Wide(blocks.SecondMoment), Wide(blocks.Average!));
        for (int step = 1; step <= 4; step++)
        {
            var g = SetGradients(blocks, seed: step) * Scale;
            double rate = 1e-2 / step;
            var norm = optimizer.Step(blocks, new OptimizerStep(step, rate, step == 2 ? GlobalDecay : null, step == 3 ? null : MaxNorm, Scale, AverageDecay));

            Close(g.norm(), norm);
            if (step != 3) g = g * Math.Min(1, MaxNorm / (g.norm().item<double>() + 1e-6));
            m = (Beta1 * m) + ((1 - Beta1) * g);
            v = (Beta2 * v) + ((1 - Beta2) * g * g);
            var rates = PerElement(group => rate * group.LearningRateScale);
            p = p * (1 - (rates * PerElement(group => group.WeightDecay > 0 ? step == 2 ? GlobalDecay : group.WeightDecay : 0)));
            p = p - (rates / (1 - Math.Pow(Beta1, step)) * m / ((v / (1 - Math.Pow(Beta2, step))).sqrt() + Epsilon));
            average = (AverageDecay * average) + ((1 - AverageDecay) * p);
            Close(m, blocks.FirstMoment);
            Close(v, blocks.SecondMoment);
            Close(p, blocks.Values);
            Close(average, blocks.Average!);
            Assert.AreEqual(0, blocks.Gradients.count_nonzero().item<long>());
            if (!rounded) continue;
            Assert.IsTrue(Same(blocks.RoundedValues!, blocks.Values.to_type(ScalarType.BFloat16)));
            if (apart) Assert.AreEqual(0, blocks.RoundedGradients!.count_nonzero().item<long>());
        }
    }

    public void AGradientThatIsNotFiniteChangesNothing(float number)
    {
        using var scope = NewDisposeScope();
        using var optimizer = new FusedAdamW(device, s_groups, (Beta1, Beta2), Epsilon);
        var blocks = Blocks(rounded: true);
        SetGradients(blocks, seed: 1);
        blocks.RoundedGradients![77] = number;
        Tensor[] all = [blocks.Values, blocks.Gradients, blocks.FirstMoment, blocks.SecondMoment, blocks.RoundedValues!, blocks.RoundedGradients, blocks.Average!];
        Tensor[] before = [.. all.Select(block => block.clone())];

        float norm = optimizer.Step(blocks, new OptimizerStep(1, 1e-3, MaxNorm: 1, AverageDecay: AverageDecay)).item<float>();

        Assert.IsFalse(float.IsFinite(norm));
        for (int i = 0; i < all.Length; i++) Assert.IsTrue(Same(before[i], all[i]));
    }

    /// <param name="between">Done between the two runs.</param>
    public void RepeatsBitForBit(Action? between = null)
    {
        using var scope = NewDisposeScope();
        using var optimizer = new FusedAdamW(device, s_groups, (Beta1, Beta2), Epsilon);
        Tensor Run()
        {
            var blocks = Blocks(rounded: true);
            SetGradients(blocks, seed: 3);
            var norm = optimizer.Step(blocks, new OptimizerStep(1, 1e-3, MaxNorm: MaxNorm, AverageDecay: AverageDecay));
            return cat([norm.reshape(1), blocks.Values]);
        }

        var first = Run();
        between?.Invoke();
        Assert.IsTrue(Same(first, Run()));
    }

    private OptimizerBlocks Blocks(bool rounded)
    {
        using var generator = new Generator(5);
        long size = s_groups.Sum(group => group.Length);
        Tensor Numbers(double scale) => (randn([size], generator: generator) * scale).to(device);
        var values = Numbers(1);
        return new OptimizerBlocks(
            values, zeros_like(values), Numbers(0.01), Numbers(0.01).square(), rounded ? values.to_type(ScalarType.BFloat16) : null,
            rounded ? zeros_like(values, ScalarType.BFloat16) : null, Numbers(1));
    }

    /// <summary>Draws gradients; where there are rounded ones, half of the elements have theirs there.</summary>
    /// <returns>Their sum, float64 in main memory.</returns>
    private static Tensor SetGradients(OptimizerBlocks blocks, int seed)
    {
        using var generator = new Generator((ulong)seed);
        blocks.Gradients.copy_(randn(blocks.Gradients.shape, generator: generator));
        if (blocks.RoundedGradients is not { } rounded) return Wide(blocks.Gradients);
        long half = rounded.numel() / 8 * 4;
        blocks.Gradients.narrow(0, 0, half).zero_();
        rounded.narrow(0, 0, half).copy_(randn([half], generator: generator));
        return Wide(blocks.Gradients) + Wide(rounded);
    }

    private static Tensor PerElement(Func<OptimizerGroup, double> number) => cat([.. s_groups.Select(group => full([group.Length], number(group), ScalarType.Float64))]);

    private static Tensor Wide(Tensor tensor) => tensor.cpu().to_type(ScalarType.Float64);

    private static bool Same(Tensor expected, Tensor got) => allclose(expected, got, rtol: 0, atol: 0, equal_nan: true);

    private static void Close(Tensor expected, Tensor got)
    {
        double deviation = ((Wide(got) - expected).norm() / expected.norm()).item<double>();
        Assert.IsTrue(deviation < 2e-6, $"off by {deviation:e2}");
    }
}
