using System.Globalization;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>Times of the Gpu.Device scan, both directions, gate included; a JSON line each.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[TestCategory(TestCategories.Slow)]
[DoNotParallelize]
public sealed class ScanGpuSpeedTests
{
    private const int Directions = 2;

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow(64, 1569, 384)]
    [DataRow(32, 1569, 384)]
    [DataRow(16, 1569, 384)]
    [DataRow(8, 1569, 384)]
    [DataRow(4, 1569, 384)]
    [DataRow(2, 1569, 384)]
    [DataRow(1, 1569, 384)]
    [DataRow(16, 1569, 1152)]
    [DataRow(2, 12545, 1152)]
    [DataRow(4, 12545, 384)]
    [DataRow(1, 12545, 384)]
    [DataRow(1, 12545, 1152)]
    public void BothDirections(int batch, int length, int channels)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(batch, length, channels);
        var dy = randn([2, batch, length, channels], device: Gpu.Device).to_type(ScalarType.BFloat16);
        double forward = Median(() => SelectiveScanCuda.Forward(operands, keep: false)), keeping = Median(() => SelectiveScanCuda.Forward(operands, keep: true));
        var (_, kept) = SelectiveScanCuda.Forward(operands, keep: true);
        double backward = Median(() => SelectiveScanCuda.Backward(operands, kept!, dy, null));
        TestContext.WriteLine(JsonSerializer.Serialize(new { scan = new[] { batch, length, channels }, forward, keeping, backward, chunks = (operands.Scan().ChunkFor(2 * batch, length), operands.Scan().PlanBackward(2 * batch, length)).ToString() }));
    }

    /// <summary>What chunks cost and bring, at several numbers of sequences.</summary>
    [TestMethod]
    [DataRow(1, 1569, 384, "32,40,56,72,104,160,264,400,1569")]
    [DataRow(2, 1569, 384, "32,56,72,104,160,264,400,528,1569")]
    [DataRow(4, 1569, 384, "72,104,160,200,264,400,528,1569")]
    [DataRow(8, 1569, 384, "160,200,264,400,528,792,1569")]
    [DataRow(16, 1569, 384, "264,400,528,792,1569")]
    [DataRow(32, 1569, 384, "528,792,1569")]
    [DataRow(1, 12545, 384, "128,192,288,400,800")]
    [DataRow(1, 12545, 1152, "400,576,840,1600,3144")]
    [DataRow(2, 12545, 1152, "1144,1576,2096,3144,12545")]
    public void Chunks(int batch, int length, int channels, string sizes)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(batch, length, channels);
        var dy = randn([2, batch, length, channels], device: Gpu.Device).to_type(ScalarType.BFloat16);
        var (_, kept) = SelectiveScanCuda.Forward(operands, keep: true);
        foreach (int chunk in sizes.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            double forward = Median(() => SelectiveScanCuda.Forward(operands, keep: false, chunk)), backward = Median(() => SelectiveScanCuda.Backward(operands, kept!, dy, null, chunk));
            TestContext.WriteLine(JsonSerializer.Serialize(new { scan = new[] { batch, length, channels }, chunk, forward, backward }));
        }
    }

    /// <summary>What several warps to a group of channels, and chunks, bring forwards: the kernels alone. First the choice that is made where nothing is asked for.</summary>
    [TestMethod]
    [DataRow(64, 1569, 384, "1")]
    [DataRow(32, 1569, 384, "1,4")]
    [DataRow(16, 1569, 384, "1,4,8")]
    [DataRow(8, 1569, 384, "1,8")]
    [DataRow(4, 1569, 384, "1,4,8,16")]
    [DataRow(1, 1569, 384, "1,8,16,32,49")]
    [DataRow(64, 3137, 384, "1")]
    [DataRow(32, 6273, 384, "1")]
    [DataRow(16, 12545, 384, "1,4")]
    [DataRow(8, 12545, 384, "1,2,4,8")]
    [DataRow(4, 12545, 384, "1,4,8,16")]
    [DataRow(2, 12545, 384, "1,8,16,33")]
    [DataRow(1, 12545, 384, "1,8,11,16,22,33,44,66,88")]
    [DataRow(64, 1569, 768, "1")]
    [DataRow(32, 1569, 1152, "1")]
    [DataRow(16, 1569, 1152, "1")]
    [DataRow(8, 12545, 1152, "1,2")]
    [DataRow(4, 12545, 1152, "1,2,4")]
    [DataRow(2, 12545, 1152, "1,4,8,11")]
    [DataRow(1, 12545, 1152, "1,7,11,15,22")]
    public void Parts(int batch, int length, int channels, string chunkCounts)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(batch, length, channels);
        var scan = operands.Scan();
        Tensor y = empty_like(operands.U), states = operands.Empty(Directions, batch, length / 32 + 1, CudaScan.States, channels), sums = operands.Empty(Directions, batch, length / 32 + 1, channels);
        var between = operands.Empty(scan.PiecesRoom(Directions * batch));
        int marked = scan.KnownChunkFor(Directions * batch, length);
        void Report(int chunk, int? parts)
        {
            int chunks = Grid.Cover(length, chunk);
            var arguments = operands.ForwardArguments(y) with { Between = DeviceMemory.Address(between), Chunk = chunk, First = chunks > 1 ? DeviceMemory.Address(states) : 0, Sums = DeviceMemory.Address(sums), Marked = marked };
            double forward = Median(() => scan.Forward(arguments, Directions, parts: parts));
            double marking = chunks > 1 ? 0 : Median(() => scan.Forward(arguments with { Marks = DeviceMemory.Address(states) }, Directions, parts: parts));
            double meeting = chunks > 1 ? 0 : Median(() => scan.Meet(arguments, parts: parts));
            TestContext.WriteLine(JsonSerializer.Serialize(new { scan = new[] { batch, length, channels }, chunks, parts = parts ?? 0, forward, marking, meeting }));
        }

        Report(scan.ChunkFor(Directions * batch, length), null);
        foreach (int chunks in chunkCounts.Split(',').Select(count => int.Parse(count, CultureInfo.InvariantCulture)))
        {
            int chunk = Math.Min(length, CudaScan.ChunkOf(length, chunks));
            foreach (int parts in ScanWalks.Parts) Report(chunk, parts);
        }
    }

    private static CudaScanOperands Operands(int batch, int length, int channels)
    {
        Kernels.Runtime.TorchRuntime.EnsureLoaded();
        manual_seed(3);
        Tensor Normal(params long[] shape) => randn(shape, device: Gpu.Device).to_type(ScalarType.BFloat16);
        Tensor A = -(randn([2, channels, 16], device: Gpu.Device) * 0.3 + arange(1, 17, device: Gpu.Device).log()).exp();
        return CudaScanOperands.Prepare(
            [
                Normal(2, batch, length, channels), Normal(2, batch, length, channels), A, Normal(2, batch, length, 32), randn([2, channels], device: Gpu.Device),
                Normal(batch, length, channels), randn([2, channels], device: Gpu.Device) - 4, null,
            ],
            new CudaScanOptions(true, SequenceDirection.Forward));
    }

    private static double Median(Action action) => CudaTimer.Measure(CudaDevice.Get(Gpu.Index), () =>
    {
        using var scope = NewDisposeScope();
        action();
    }) is var times ? times[times.Count / 2] : 0;
}
