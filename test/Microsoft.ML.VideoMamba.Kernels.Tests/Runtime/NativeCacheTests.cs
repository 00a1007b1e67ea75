using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Runtime;

[TestClass]
public sealed class NativeCacheTests
{
    [TestMethod]
    public void GivesTheSameFileForTheSameContent()
    {
        byte[] content = Guid.NewGuid().ToByteArray();

        string first = NativeCache.Store(content, "library.so"), second = NativeCache.Store(content, "library.so");

        try
        {
            Assert.AreEqual(first, second);
            CollectionAssert.AreEqual(content, File.ReadAllBytes(first));
            CollectionAssert.AreEqual(new[] { first }, Directory.GetFiles(Path.GetDirectoryName(first)!));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(first)!, recursive: true);
        }
    }

    [TestMethod]
    public void ReplacesAFileThatSomebodyChanged()
    {
        byte[] content = Guid.NewGuid().ToByteArray();
        string path = NativeCache.Store(content, "library.so");
        File.WriteAllText(path, "something else");

        try
        {
            Assert.AreEqual(path, NativeCache.Store(content, "library.so"));
            CollectionAssert.AreEqual(content, File.ReadAllBytes(path));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [TestMethod]
    public void StandsManyWritersAtOnce()
    {
        byte[] content = [.. Enumerable.Range(0, 1 << 20).Select(i => (byte)i), .. Guid.NewGuid().ToByteArray()];

        string[] paths = [.. Enumerable.Range(0, 16).AsParallel().WithDegreeOfParallelism(8).Select(_ => NativeCache.Store(content, "library.so"))];

        try
        {
            Assert.HasCount(1, paths.Distinct());
            CollectionAssert.AreEqual(content, File.ReadAllBytes(paths[0]));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(paths[0])!, recursive: true);
        }
    }
}
