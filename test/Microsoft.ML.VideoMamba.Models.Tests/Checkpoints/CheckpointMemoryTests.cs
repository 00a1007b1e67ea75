using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>Resident memory while a checkpoint is read grows by no more than 1.3 times the tensors' bytes.</summary>
[TestClass]
[DoNotParallelize]
public sealed class CheckpointMemoryTests : TorchTests
{
    [TestMethod]
    public void StreamsAModerateFile() => MeasureBoth(rows: 640);

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void StreamsALargeFile() => MeasureBoth(rows: 3840);

    /// <summary>20 tensors of <paramref name="rows"/> x 1024 float32: 640 rows make 52 MB, 3,840 rows 315 MB.</summary>
    private static void MeasureBoth(int rows)
    {
        const int Count = 20, Columns = 1024;
        using var folder = new TemporaryFolder();
        Write(folder, rows, Count, Columns);
        long bytes = (long)Count * rows * Columns * sizeof(float);
        foreach (string file in new[] { "large.safetensors", "large.pth" })
        {
            // What the first reading loads and compiles is not its tensors'.
            Measure(folder["small." + file[6..]], 0);
            long grown = Measure(folder[file], Count);
            Assert.IsLessThan((long)(1.3 * bytes), grown, $"Bytes by which {file} of {bytes} bytes grew the resident memory");
            Assert.IsGreaterThan((long)(0.5 * bytes), grown, $"Bytes by which {file} of {bytes} bytes grew the resident memory: the tensors themselves must show in what is measured");
        }
    }

    private static long Measure(string path, int atLeast)
    {
        using var scope = NewDisposeScope();
        GiveBackFreedMemory();
        long before = Environment.WorkingSet, managed = GC.GetAllocatedBytesForCurrentThread(), peak = before;
        using var done = new CancellationTokenSource();
        var watch = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                peak = Math.Max(peak, Environment.WorkingSet);
                Thread.Sleep(1);
            }
        });
        watch.Start();
        using var checkpoint = Checkpoint.Open(path);
        var kept = checkpoint.Tensors.Select(checkpoint.Read).ToList();
        peak = Math.Max(peak, Environment.WorkingSet);
        done.Cancel();
        watch.Join();
        Assert.IsGreaterThanOrEqualTo(atLeast, kept.Count);
        Assert.IsLessThan(16 << 20, GC.GetAllocatedBytesForCurrentThread() - managed, "Managed bytes: values must not pass through arrays");
        return peak - before;
    }

    /// <summary>Freed memory that the process still holds would be used again and hide what reading takes.</summary>
    private static void GiveBackFreedMemory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        if (OperatingSystem.IsLinux()) _ = MallocTrim(0);
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nuint keep);

    private static void Write(TemporaryFolder folder, int rows, int count, int columns)
    {
        using var scope = NewDisposeScope();
        var small = new Dictionary<string, Tensor> { ["w"] = ones(4, 4) };
        CheckpointWriter.Save(folder["small.safetensors"], small);
        File.WriteAllBytes(folder["small.pth"], PyTorchFile.Write(small));
        var large = Enumerable.Range(0, count).ToDictionary(i => $"w{i}", _ => randn(rows, columns));
        CheckpointWriter.Save(folder["large.safetensors"], large);
        File.WriteAllBytes(folder["large.pth"], PyTorchFile.Write(large));
    }
}
