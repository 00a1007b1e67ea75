using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The kernel that convolves and selects at once against the convolution's, bit by bit, and against a product in float32.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class SelectionGpuTests
{
    private const int Taps = 4;

    [TestMethod]
    [DataRow(1, 1, 64, 40, 2, 1)]
    [DataRow(65, 1, 64, 40, 2, 1)]
    [DataRow(33, 2, 384, 48, 2, 3)]
    [DataRow(65, 3, 384, 48, 1, 2)]
    [DataRow(7, 4, 384, 48, 2, 2)]
    [DataRow(3, 31, 768, 56, 2, 3)]
    [DataRow(2, 32, 768, 56, 1, 1)]
    [DataRow(5, 33, 768, 56, 2, 2)]
    [DataRow(1, 100, 1152, 72, 2, 3)]
    [DataRow(9, 197, 1152, 72, 2, 2)]
    [DataRow(11, 1569, 384, 48, 2, 3)]
    public void EqualsConvolutionAndProduct(int batch, int length, int channels, int selected, int directions, int rowsOfChannels)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        Tensor Normal(double scale, params long[] shape) => randn(shape, device: Gpu.Device) * scale;
        int tokens = batch * length, row = rowsOfChannels * channels;
        var x = Normal(1, tokens, row).to_type(ScalarType.BFloat16);
        var (weight, bias) = (Normal(0.5, directions, channels, Taps), Normal(0.2, directions, channels));
        var xProj = Normal(1 / Math.Sqrt(channels), directions, selected, channels).to_type(ScalarType.BFloat16);
        Tensor Room(int width) => full([directions, tokens, width], double.NaN, ScalarType.BFloat16, Gpu.Device);
        var (u, expectedU, selection) = (Room(channels), Room(channels), Room(selected));
        nint from = DeviceMemory.Address(x, row - channels), w = DeviceMemory.Address(weight), b = DeviceMemory.Address(bias);
        var device = CudaDevice.Get(Gpu.Index);

        CudaSelection.Get(device, new CudaSelectionLayout(channels, selected, directions, row)).Run(new ConvSelectArguments
        {
            X = from,
            W = w,
            B = b,
            P = DeviceMemory.Address(xProj),
            U = DeviceMemory.Address(u),
            Selection = DeviceMemory.Address(selection),
            Batch = batch,
            Length = length,
        });

        CudaConv.Get(device, new CudaConvLayout(channels, Float32: false, Taps, directions, SequenceDirection.Forward, Silu: true, row, DxRow: channels)).Forward(
            new ConvForwardArguments { X = from, W = w, B = b, U = DeviceMemory.Address(expectedU), Batch = batch, Length = length });
        Assert.IsTrue(u.equal(expectedU).all().item<bool>(), "The convolution differs.");
        var expected = bmm(expectedU.to_type(ScalarType.Float32), xProj.to_type(ScalarType.Float32).transpose(1, 2));
        double error = ((selection.to_type(ScalarType.Float32) - expected).norm() / expected.norm()).item<float>();
        Assert.IsTrue(error < 3e-3, $"Relative error {error}.");
        GC.KeepAlive((x, weight, bias, xProj));
    }
}
