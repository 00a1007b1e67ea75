using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The fused mixer against its steps one by one in float64, output and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class MixerGpuTests
{
    [TestMethod]
    [DataRow(1, 1, 16, 8, 1, 2)]
    [DataRow(2, 9, 24, 40, 3, 2)]
    [DataRow(3, 33, 32, 64, 2, 1)]
    [DataRow(1, 600, 192, 384, 12, 2)]
    [DataRow(9, 197, 192, 384, 12, 2)]
    [DataRow(1, 100, 576, 1152, 36, 2)]
    [DataRow(65, 370, 32, 64, 2, 2)]
    public void EqualsItsStepsInFloat64(int batch, int length, int embed, int inner, int rank, int directions)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 }) Compare(batch, length, embed, inner, rank, directions, type);
    }

    [TestMethod]
    public void FiftyPassesLeaveNoTensorBehind()
    {
        Gpu.Require();
        TensorLeaks.AssertNone(
            () =>
            {
                var leaves = MixerOperands.Draw(2, 40, 32, 64, 2, 2, ScalarType.Float32).ToDictionary(item => item.Key, item => (Tensor?)item.Value!.to(Gpu.Device).requires_grad_());
                Fused(leaves, 2)[0].sum().backward();
                foreach (var leaf in leaves.Values) leaf!.grad!.Dispose();
            },
            spared: 20);
    }

    private static void Compare(int batch, int length, int embed, int inner, int rank, int directions, ScalarType type)
    {
        using var scope = NewDisposeScope();
        Float64Comparison.Assert(
            MixerOperands.Draw(batch, length, embed, inner, rank, directions, type), of => [MixerOperands.Steps(of["hidden"]!, of, directions)], of => Fused(of, directions), Gpu.Device,
            stored => type == ScalarType.Float32 ? 1e-4 : 4e-2);
    }

    private static Tensor[] Fused(IReadOnlyDictionary<string, Tensor?> of, int directions) => [FusedMixer.Run(of["hidden"]!, MixerOperands.Parameters(of, directions))];
}
