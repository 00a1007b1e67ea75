using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Runtime;

[TestClass]
public sealed class WeakSymbolVersionTests
{
    private static byte[] Binding => File.ReadAllBytes(LibTorchFolder.FindBinding()!);

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void ChangesOneBitOnce()
    {
        byte[] before = Binding, after = Binding;

        bool set = WeakSymbolVersion.TrySet(after, "GLIBCXX_3.4.32");
        bool again = WeakSymbolVersion.TrySet(after, "GLIBCXX_3.4.32");

        Assert.IsTrue(set);
        Assert.IsFalse(again);
        int[] changed = [.. Enumerable.Range(0, before.Length).Where(i => before[i] != after[i])];
        Assert.HasCount(1, changed);
        Assert.AreEqual(0x2, before[changed[0]] ^ after[changed[0]]);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void LeavesAnElfWithoutThatVersionAlone()
    {
        byte[] elf = Binding;

        Assert.IsFalse(WeakSymbolVersion.TrySet(elf, "GLIBCXX_9.9.9"));
        CollectionAssert.AreEqual(Binding, elf);
    }

    [TestMethod]
    public void RefusesWhatIsNoElf() =>
        Assert.ThrowsExactly<InvalidDataException>(() => WeakSymbolVersion.TrySet(new byte[100], "GLIBCXX_3.4.32"));
}
