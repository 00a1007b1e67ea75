using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The Gpu.Device convolution against the float64 reference, output and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class ConvGpuTests
{
    [TestMethod]
    [DataRow(1, 1, 1, 4)]
    [DataRow(2, 2, 20, 4)]
    [DataRow(65, 3, 100, 4)]
    [DataRow(3, 31, 384, 4)]
    [DataRow(2, 32, 1152, 4)]
    [DataRow(2, 33, 30, 3)]
    [DataRow(2, 57, 24, 2)]
    [DataRow(2, 57, 24, 1)]
    [DataRow(1, 12545, 20, 4)]
    public void EqualsFloat64(int batch, int length, int channels, int width)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            foreach (var direction in Enum.GetValues<SequenceDirection>())
            {
                Compare(batch, length, channels, width, type, direction, bias: direction == SequenceDirection.Forward, silu: width != 3);
            }
        }
    }

    private static void Compare(int batch, int length, int channels, int width, ScalarType type, SequenceDirection direction, bool bias, bool silu)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        var operands = new Dictionary<string, Tensor?>
        {
            ["x"] = randn([batch, length, channels], generator: generator).to_type(type),
            ["weight"] = randn([channels, width], generator: generator),
            ["bias"] = bias ? randn([channels], generator: generator) : null,
        };
        Tensor[] Run(IReadOnlyDictionary<string, Tensor?> of, KernelFace face) => [CausalConv1d.Run(of["x"]!, of["weight"]!, of["bias"], silu, direction, face)];
        Float64Comparison.Assert(
            operands, of => Run(of, KernelFace.Reference), of => Run(of, KernelFace.Cuda), Gpu.Device,
            stored => type == ScalarType.Float32 ? 1e-5 : stored == ScalarType.BFloat16 ? 4e-3 : 2e-3);
    }
}
