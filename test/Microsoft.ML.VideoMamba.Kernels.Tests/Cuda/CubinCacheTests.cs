using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

[TestClass]
public sealed class CubinCacheTests
{
    private static readonly byte[] s_made = [1, 2, 3, 4];

    [TestMethod]
    public void CompilesOnceForAKey()
    {
        using var folder = new TemporaryFolder();
        int compilations = 0;
        byte[] Make()
        {
            compilations++;
            return s_made;
        }

        CollectionAssert.AreEqual(s_made, CubinCache.GetOrAdd(folder.FullName, "key", Make));
        CollectionAssert.AreEqual(s_made, CubinCache.GetOrAdd(folder.FullName, "key", Make));
        Assert.AreEqual(1, compilations);
        CubinCache.GetOrAdd(folder.FullName, "other", Make);
        Assert.AreEqual(2, compilations);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(33)]
    public void DamagedFileIsMadeAgain(int length)
    {
        using var folder = new TemporaryFolder();
        CubinCache.GetOrAdd(folder.FullName, "key", () => s_made);
        string file = Directory.GetFiles(folder.FullName).Single();
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);

        CollectionAssert.AreEqual(s_made, CubinCache.GetOrAdd(folder.FullName, "key", () => s_made));
        CollectionAssert.AreEqual(s_made, CubinCache.GetOrAdd(folder.FullName, "key", () => throw new InvalidOperationException("It is there again.")));
    }

    [TestMethod]
    public void ManyAtOnceAgreeAndLeaveOneFile()
    {
        using var folder = new TemporaryFolder();
        byte[] large = new byte[1 << 20];
        new Random(1).NextBytes(large);

        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => CollectionAssert.AreEqual(large, CubinCache.GetOrAdd(folder.FullName, "key", () => large)));

        Assert.HasCount(1, Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    public void WhereNothingCanBeWrittenTheResultIsUsedAllTheSame()
    {
        using var folder = new TemporaryFolder();
        string file = folder["file"];
        File.WriteAllText(file, "not a folder");

        CollectionAssert.AreEqual(s_made, CubinCache.GetOrAdd(Path.Combine(file, "below"), "key", () => s_made));
    }
}
