using System.Globalization;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>Times of the CUDA scan, both directions, gate included; a JSON line each.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[TestCategory(TestCategories.Slow)]
[DoNotParallelize]
public sealed class ScanGpuSpeedTests
{
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
        var dy = randn([2, batch, length, channels], device: CUDA).to_type(ScalarType.BFloat16);
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
        var dy = randn([2, batch, length, channels], device: CUDA).to_type(ScalarType.BFloat16);
        var (_, kept) = SelectiveScanCuda.Forward(operands, keep: true);
        foreach (int chunk in sizes.Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture)))
        {
            double forward = Median(() => SelectiveScanCuda.Forward(operands, keep: false, chunk)), backward = Median(() => SelectiveScanCuda.Backward(operands, kept!, dy, null, chunk));
            TestContext.WriteLine(JsonSerializer.Serialize(new { scan = new[] { batch, length, channels }, chunk, forward, backward }));
        }
    }

    private static CudaScanOperands Operands(int batch, int length, int channels)
    {
        Kernels.Runtime.TorchRuntime.EnsureLoaded();
        manual_seed(3);
        Tensor Normal(params long[] shape) => randn(shape, device: CUDA).to_type(ScalarType.BFloat16);
        Tensor A = -(randn([2, channels, 16], device: CUDA) * 0.3 + arange(1, 17, device: CUDA).log()).exp();
        return CudaScanOperands.Prepare(
            [
                Normal(2, batch, length, channels), Normal(2, batch, length, channels), A, Normal(2, batch, length, 32), randn([2, channels], device: CUDA),
                Normal(batch, length, channels), randn([2, channels], device: CUDA) - 4, null,
            ],
            new CudaScanOptions(true, SequenceDirection.Forward));
    }

    private static double Median(Action action) => CudaTimer.Measure(CudaDevice.Get(0), () =>
    {
        using var scope = NewDisposeScope();
        action();
    }) is var times ? times[times.Count / 2] : 0;
}
