using Microsoft.ML.VideoMamba.Kernels.Projection;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The head against torch's linear map in float64, scores and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class ClassScoresGpuTests
{
    [TestMethod]
    [DataRow(1, 4, 1)]
    [DataRow(3, 20, 7)]
    [DataRow(65, 192, 400)]
    public void EqualsTheLinearMapInFloat64(int batch, int inputs, int classes)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(19);
            var operands = new Dictionary<string, Tensor?>
            {
                ["features"] = randn([batch, inputs], generator: generator).to_type(type),
                ["weight"] = randn([classes, inputs], generator: generator).to_type(type),
                ["bias"] = randn([classes], generator: generator),
            };
            Float64Comparison.Assert(
                operands, of => [nn.functional.linear(of["features"]!, of["weight"]!, of["bias"]!)], of => [ClassScores.Run(of["features"]!, of["weight"]!, of["bias"]!)], CUDA,
                of => of == ScalarType.BFloat16 ? 1e-2 : 1e-5);
        }
    }

    [TestMethod]
    public void ShapesThatDoNotFitAreRefused()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        Assert.ThrowsExactly<ArgumentException>(() => ClassScores.Run(zeros([2, 4], device: CUDA), zeros([3, 5], device: CUDA), zeros([3], device: CUDA)));
        Assert.ThrowsExactly<ArgumentException>(() => ClassScores.Run(zeros([2, 4], device: CUDA), zeros([3, 4], device: CUDA), zeros([4], device: CUDA)));
    }
}
