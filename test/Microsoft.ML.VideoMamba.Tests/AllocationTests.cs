using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>What scoring leaves to the garbage collector: layers, batches and pixels must not.</summary>
[TestClass]
[DoNotParallelize]
public sealed class AllocationTests
{
    private const int BytesPerClip = 64 * 1024, Clips = 24;

    private readonly MLContext _ml = new(seed: 1);

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow(1)]
    [DataRow(8)]
    public void APredictedClipAllocatesLittle(int batch)
    {
        using var checkpoint = new TinyCheckpoint(config => config with { Depth = 24, Height = 64, Width = 64 });
        var clips = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Clips).Select(i => new ClipRow { Video = TinyClips.Make(i % 3, i, side: 64) }).ToArray());
        var scores = _ml.Transforms.ClassifyVideo(new() { Checkpoint = checkpoint.Path, Device = "cpu", BatchSize = batch }).Fit(clips).Transform(clips);
        Read(scores);

        long before = GC.GetTotalAllocatedBytes(precise: true);
        int outputs = Read(scores);
        long perClip = (GC.GetTotalAllocatedBytes(precise: true) - before - outputs) / Clips;

        TestContext.WriteLine($"batches of {batch}: {perClip} bytes a clip");
        Assert.IsLessThan(BytesPerClip, perClip);
    }

    /// <summary>Reads all scores; returns the bytes that they take.</summary>
    private static int Read(IDataView scores) => scores.GetColumn<float[]>("Score").Sum(row => row.Length * sizeof(float));
}
