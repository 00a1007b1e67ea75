using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training.Mixing;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Mixing;

[TestClass]
public sealed class BatchMixerTests
{
    private const int Classes = 5;

    public BatchMixerTests() => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [DataRow(MixMode.Batch, 6)]
    [DataRow(MixMode.Pair, 6)]
    [DataRow(MixMode.Elem, 6)]
    [DataRow(MixMode.Batch, 5)]
    [DataRow(MixMode.Pair, 5)]
    [DataRow(MixMode.Elem, 5)]
    [DataRow(MixMode.Elem, 1)]
    public void ClassesHaveTheSharesThatPixelsHave(MixMode mode, int batch)
    {
        // Clip i has the value i + 1 everywhere, and its own class as long as there are enough: what is left of it in each mixed clip can be counted.
        foreach (var options in new[] { new MixOptions { Mode = mode }, new MixOptions { Mode = mode, MixupAlpha = 0 }, new MixOptions { Mode = mode, CutmixAlpha = 0 } })
        {
            for (int seed = 0; seed < 20; seed++)
            {
                using var scope = NewDisposeScope();
                var clips = arange(1, batch + 1, ScalarType.Float32).view(batch, 1, 1, 1, 1).expand(batch, 3, 2, 12, 10).contiguous();
                var labels = remainder(arange(batch, ScalarType.Int64), Classes);

                var targets = new BatchMixer(options).Mix(clips, labels, Classes, smoothing: 0, new Random(seed));

                for (int i = 0; i < batch; i++) CheckClip(clips.select(0, i), targets.select(0, i), i, batch);
            }
        }
    }

    [TestMethod]
    public void SmoothingAndSharesSumToOne()
    {
        using var scope = NewDisposeScope();
        var targets = SoftTargets.Of(tensor(new long[] { 0, 4, 4 }), Classes, tensor(new[] { 0.25f, 1, 0.5f }).unsqueeze(1), smoothing: 0.1);

        Assert.IsTrue(targets.sum(1).allclose(ones(3), rtol: 1e-6));
        // 0.25 of class 0, the rest of its partner's 4; s / C everywhere.
        Assert.IsTrue(targets[0].allclose(tensor(new[] { 0.245f, 0.02f, 0.02f, 0.02f, 0.695f })));
    }

    [TestMethod]
    public void TheSameSeedMixesAlike()
    {
        using var scope = NewDisposeScope();
        var start = rand([4, 3, 2, 8, 8], ScalarType.Float32);
        var labels = tensor(new long[] { 0, 1, 2, 3 });
        foreach (var mode in Enum.GetValues<MixMode>())
        {
            var mixer = new BatchMixer(new MixOptions { Mode = mode });
            Tensor one = start.clone(), other = start.clone(), third = start.clone();
            var targets = mixer.Mix(one, labels, Classes, 0.1, new Random(3));

            Assert.IsTrue(targets.equal(mixer.Mix(other, labels, Classes, 0.1, new Random(3))).all().item<bool>());
            Assert.IsTrue(one.equal(other).all().item<bool>());
            mixer.Mix(third, labels, Classes, 0.1, new Random(4));
            Assert.IsFalse(one.equal(third).all().item<bool>());
        }
    }

    [TestMethod]
    public void ProbabilityZeroMixesNothing()
    {
        using var scope = NewDisposeScope();
        var start = rand([4, 3, 8, 8], ScalarType.Float32);
        var clips = start.clone();

        var targets = new BatchMixer(new MixOptions { Probability = 0 }).Mix(clips, tensor(new long[] { 0, 1, 2, 3 }), Classes, 0, new Random(1));

        Assert.IsTrue(clips.equal(start).all().item<bool>());
        Assert.IsTrue(targets.equal(nn.functional.one_hot(tensor(new long[] { 0, 1, 2, 3 }), Classes).to_type(ScalarType.Float32)).all().item<bool>());
    }

    [TestMethod]
    [DataRow(0.2)]
    [DataRow(0.8)]
    [DataRow(1.0)]
    [DataRow(4.0)]
    public void SharesFollowTheBetaDistribution(double alpha)
    {
        var random = new Random(1);
        double[] drawn = [.. Enumerable.Range(0, 20_000).Select(_ => BetaDistribution.Draw(alpha, random))];

        Assert.IsTrue(drawn.All(share => share is >= 0 and <= 1));
        Assert.AreEqual(0.5, drawn.Average(), 0.01);
        // The variance of Beta(a, a) is 1 / (4 (2 a + 1)).
        Assert.AreEqual(1 / (4 * (2 * alpha + 1)), drawn.Average(share => Math.Pow(share - 0.5, 2)), 0.003);
    }

    [TestMethod]
    public void LeavesNoTensorBehind()
    {
        using var scope = NewDisposeScope();
        var clips = rand([4, 3, 8, 8], ScalarType.Float32);
        var labels = tensor(new long[] { 0, 1, 2, 3 });
        long before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        foreach (var mode in Enum.GetValues<MixMode>()) new BatchMixer(new MixOptions { Mode = mode }).Mix(clips, labels, Classes, 0.1, new Random(3)).Dispose();

        Assert.AreEqual(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void RefusesBadOptionsAndShapes()
    {
        Refuses(new MixOptions { MixupAlpha = -1 }, nameof(MixOptions.MixupAlpha));
        Refuses(new MixOptions { MixupAlpha = 0, CutmixAlpha = 0 }, nameof(MixOptions.MixupAlpha));
        Refuses(new MixOptions { CutmixAlpha = double.NaN }, nameof(MixOptions.CutmixAlpha));
        Refuses(new MixOptions { Probability = 2 }, nameof(MixOptions.Probability));
        Refuses(new MixOptions { SwitchProbability = -0.1 }, nameof(MixOptions.SwitchProbability));
        Refuses(new MixOptions { Mode = (MixMode)5 }, nameof(MixOptions.Mode));

        using var scope = NewDisposeScope();
        var mixer = new BatchMixer(new MixOptions());
        Assert.ThrowsExactly<ArgumentException>(() => mixer.Mix(rand([2, 2]), zeros([2], ScalarType.Int64), Classes, 0, new Random(1)));
        Assert.ThrowsExactly<ArgumentException>(() => mixer.Mix(rand([2, 3, 4, 4]), zeros([3], ScalarType.Int64), Classes, 0, new Random(1)));
        Assert.ThrowsExactly<ArgumentException>(() => mixer.Mix(rand([2, 3, 4, 4]), zeros([2], ScalarType.Float32), Classes, 0, new Random(1)));
    }

    private static void Refuses(MixOptions options, string name) =>
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentException>(() => new BatchMixer(options)).ParamName);

    /// <summary>Value: own (i + 1) a + partner (1 - a), so the share is the mean's; in a batch of one, or for the middle one, nothing can be seen.</summary>
    private static void CheckClip(Tensor clip, Tensor targets, int i, int batch)
    {
        int partner = batch - 1 - i;
        float[] shares = targets.data<float>().ToArray();
        if (partner == i || i % Classes == partner % Classes)
        {
            Assert.AreEqual(1, shares[i % Classes], 1e-6);
            return;
        }

        double mean = clip.mean().item<float>(), share = (mean - (partner + 1)) / (i - partner);
        Assert.AreEqual(share, shares[i % Classes], 1e-4, $"Clip {i} of {batch}");
        Assert.AreEqual(1 - share, shares[partner % Classes], 1e-4, $"Clip {i} of {batch}");
        Assert.IsTrue(clip.equal(clip.select(1, 0).unsqueeze(1)).all().item<bool>(), "All frames have the same mixture.");
    }
}
