using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Runtime;

[TestClass]
public sealed class TorchScalarTests
{
    [TestMethod]
    public void SumsAndProductsAreTorchsOwn()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var (x, y) = (randn(2, 3), randn(3));

        Assert.IsTrue((x + y).Equals(x.Plus(y)));
        Assert.IsTrue((x * 2.5).Equals(x.Times(2.5)));
    }

    /// <summary>With TorchSharp's own numbers a few of these operations fail or give another result.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void NumbersOutliveTheirOperationWhateverTheGarbageCollectorDoes()
    {
        TorchRuntime.EnsureLoaded();
        using var ended = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var collector = Task.Run(() => { while (!ended.IsCancellationRequested) GC.Collect(0); });
        using var one = ones(64);
        for (int i = 0; !ended.IsCancellationRequested; i++)
        {
            using var scope = NewDisposeScope();
            double number = i % 97 + 0.5;
            var x = one.Times(number).Plus(one).addcdiv(one, one, TorchScalar.Of(number));
            Assert.AreEqual(2 * number + 1, x.data<float>()[63], 1e-4);
        }

        collector.Wait();
    }
}
