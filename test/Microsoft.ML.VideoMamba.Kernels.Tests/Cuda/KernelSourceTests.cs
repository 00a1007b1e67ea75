using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

[TestClass]
public sealed class KernelSourceTests
{
    private const string File = "scan_forward.cu", Toolchain = "nvrtc 13.0 driver 13000 sm_90";

    [TestMethod]
    public void HoldsEverySourceAndEveryHeaderThatOneIncludes()
    {
        CollectionAssert.Contains(KernelSource.Files.ToList(), File);
        var headers = KernelSource.Headers.Select(header => header.Key).ToHashSet();
        var texts = KernelSource.Files.Select(file => new KernelSource(file).Text).Concat(KernelSource.Headers.Select(header => header.Value));
        foreach (string line in texts.SelectMany(text => text.Split('\n')).Where(line => line.StartsWith("#include", StringComparison.Ordinal)))
        {
            Assert.Contains(line.Split('"')[1], headers, line);
        }
    }

    [TestMethod]
    public void KeyChangesWithWhateverTheResultDependsOn()
    {
        string[] keys =
        [
            new KernelSource(File, ("CHANNELS", 384)).Key(Toolchain),
            new KernelSource(File, ("CHANNELS", 768)).Key(Toolchain),
            new KernelSource(File).Key(Toolchain),
            new KernelSource("scan_backward.cu", ("CHANNELS", 384)).Key(Toolchain),
            new KernelSource(File, ("CHANNELS", 384)).Key(Toolchain.Replace("13000", "13010", StringComparison.Ordinal)),
        ];

        CollectionAssert.AllItemsAreUnique(keys);
    }

    [TestMethod]
    public void OrderOfConstantsDoesNotMatter()
    {
        KernelSource one = new(File, ("CHANNELS", 384), ("F32", 1)), other = new(File, ("F32", 1), ("CHANNELS", 384));

        Assert.AreEqual(one, other);
        Assert.AreEqual(one.GetHashCode(), other.GetHashCode());
        Assert.AreEqual(one.Key(Toolchain), other.Key(Toolchain));
        CollectionAssert.AreEqual(new[] { "-DCHANNELS=384", "-DF32=1" }, one.Definitions.ToList());
    }

    [TestMethod]
    public void UnknownFileIsNamed() => StringAssert.Contains(Assert.Throws<ArgumentException>(() => new KernelSource("none.cu")).Message, "none.cu");
}
