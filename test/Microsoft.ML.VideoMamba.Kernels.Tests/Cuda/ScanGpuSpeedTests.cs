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
        manual_seed(3);
        Tensor Normal(params long[] shape) => randn(shape, device: CUDA).to_type(ScalarType.BFloat16);
        Tensor u = Normal(2, batch, length, channels), delta = Normal(2, batch, length, channels), B = Normal(2, batch, length, 16), C = Normal(2, batch, length, 16), z = Normal(batch, length, channels);
        Tensor A = -(randn([2, channels, 16], device: CUDA) * 0.3 + arange(1, 17, device: CUDA).log()).exp();
        Tensor D = randn([2, channels], device: CUDA), bias = randn([2, channels], device: CUDA) - 4, dy = Normal(2, batch, length, channels);
        var device = CudaDevice.Get(0);
        double Median(Action action) => CudaTimer.Measure(device, action) is var times ? times[times.Count / 2] : 0;
        var operands = CudaScanOperands.Prepare([u, delta, A, cat([B, C], -1), D, z, bias, null], new CudaScanOptions(true, SequenceDirection.Forward));
        void InScope(Action action)
        {
            using var one = NewDisposeScope();
            action();
        }

        double forward = Median(() => InScope(() => SelectiveScanCuda.Forward(operands, keep: false)));
        double keeping = Median(() => InScope(() => SelectiveScanCuda.Forward(operands, keep: true)));
        var (_, kept) = SelectiveScanCuda.Forward(operands, keep: true);
        double backward = Median(() => InScope(() => SelectiveScanCuda.Backward(operands, kept!, dy, null)));
        TestContext.WriteLine(JsonSerializer.Serialize(new { scan = new[] { batch, length, channels }, forward, keeping, backward, chunks = (operands.Scan().ChunkFor(2 * batch, length), operands.Scan().BackwardChunkFor(2 * batch, length)).ToString() }));
    }
}
