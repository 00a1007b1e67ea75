using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Runtime;

[TestClass]
public sealed class LibTorchFolderTests
{
    [TestMethod]
    public void FindsTheAppsOwnWhenNothingIsNamed()
    {
        var folder = LibTorchFolder.Find(null);

        Assert.IsFalse(folder.FromPyTorch);
        Assert.IsTrue(folder.Libraries.Any());
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("lib")]
    [DataRow("torch/lib")]
    public void FindsAPyTorchByAnyOfItsFolders(string below)
    {
        using var installation = new TemporaryFolder();
        string libraries = Path.Combine(installation.FullName, below);
        Directory.CreateDirectory(libraries);
        File.WriteAllText(Path.Combine(libraries, LibTorchFolder.FileName("torch_cpu")), "");

        var folder = LibTorchFolder.Find(installation.FullName);

        Assert.IsTrue(folder.FromPyTorch);
        Assert.AreEqual(Path.GetFullPath(libraries), Path.TrimEndingDirectorySeparator(folder.Path));
    }

    [TestMethod]
    public void SaysInOneLineWhatANamedFolderLacks()
    {
        using var empty = new TemporaryFolder();

        var error = Assert.ThrowsExactly<TorchRuntimeException>(() => LibTorchFolder.Find(empty.FullName));

        StringAssert.Contains(error.Message, empty.FullName);
        StringAssert.Contains(error.Message, TorchRuntime.LibTorchVariable);
        Assert.DoesNotContain("\n", error.Message);
    }
}
