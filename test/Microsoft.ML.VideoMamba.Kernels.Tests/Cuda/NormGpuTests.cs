using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The Gpu.Device norms against the float64 reference, outputs and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class NormGpuTests
{
    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(3, 20)]
    [DataRow(70, 75)]
    [DataRow(1000, 192)]
    [DataRow(33, 576)]
    [DataRow(5, 4096)]
    [DataRow(5, 4100)]
    public void EqualsFloat64(int rows, int channels)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            foreach (bool centred in new[] { false, true })
            {
                foreach (bool residual in new[] { false, true }) Compare(rows, channels, type, centred, residual);
            }
        }
    }

    private static void Compare(int rows, int channels, ScalarType type, bool centred, bool residual)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9);
        var operands = new Dictionary<string, Tensor?>
        {
            ["x"] = randn([rows, channels], generator: generator).to_type(type),
            ["weight"] = randn([channels], generator: generator),
            ["bias"] = centred ? randn([channels], generator: generator) : null,
            ["residual"] = residual ? randn([rows, channels], generator: generator) : null,
        };
        Tensor[] Run(IReadOnlyDictionary<string, Tensor?> of, KernelFace face)
        {
            var output = centred ? LayerNorm.Run(of["x"]!, of["weight"]!, of["bias"], of["residual"], 1e-5, face) : RmsNorm.Run(of["x"]!, of["weight"]!, of["residual"], 1e-5, face);
            return [output.Y, output.Residual];
        }

        // A single channel is its own mean: what is left of layer norm's gradient then is rounding alone.
        bool degenerate = channels == 1;
        Float64Comparison.Assert(
            operands, of => Run(of, KernelFace.Reference), of => Run(of, KernelFace.Cuda), Gpu.Device,
            stored => type == ScalarType.Float32 ? degenerate ? 1e-2 : 1e-5 : stored == ScalarType.BFloat16 ? degenerate ? 5e-2 : 4e-3 : degenerate ? 5e-2 : 2e-3);
    }
}
