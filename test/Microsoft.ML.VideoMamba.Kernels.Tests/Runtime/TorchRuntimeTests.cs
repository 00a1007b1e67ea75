using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Runtime;

[TestClass]
public sealed class TorchRuntimeTests
{
    [TestMethod]
    public void LoadsOnceAndComputes()
    {
        var info = TorchRuntime.Info;

        using var sum = torch.ones(3).sum();

        Assert.AreEqual(3f, sum.item<float>());
        Assert.AreSame(info, TorchRuntime.Info);
        Assert.IsTrue(File.Exists(Path.Combine(info.LibTorchFolder, LibTorchFolder.FileName("torch_cpu"))));
    }
}
