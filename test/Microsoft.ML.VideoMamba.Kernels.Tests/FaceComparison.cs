using static TorchSharp.torch;
using MSAssert = Microsoft.VisualStudio.TestTools.UnitTesting.Assert;

namespace Microsoft.ML.VideoMamba.Kernels.Tests;

/// <summary>Compares a face with the reference: outputs and the gradient of every operand, on the same values.</summary>
internal static class FaceComparison
{
    /// <param name="operands">By name; null for those left out. Each gets a gradient.</param>
    /// <param name="reference">The specification, in float32 whatever the operands' type.</param>
    /// <param name="face">What is tested.</param>
    /// <param name="tolerance">Largest deviation, relative to the largest expected value of the tensor.</param>
    public static void Assert(
        IReadOnlyDictionary<string, Tensor?> operands, Func<IReadOnlyDictionary<string, Tensor?>, Tensor[]> reference, Func<IReadOnlyDictionary<string, Tensor?>, Tensor[]> face, double tolerance)
    {
        var (expected, expectedGradients) = Run(operands.ToDictionary(item => item.Key, item => item.Value?.to_type(ScalarType.Float32)), reference);
        var (got, gradients) = Run(operands, face);
        for (int i = 0; i < expected.Length; i++) AssertClose($"output {i}", expected[i], got[i], tolerance);
        foreach (var (name, gradient) in expectedGradients) AssertClose($"gradient of {name}", gradient, gradients[name], tolerance);
    }

    private static (Tensor[] Outputs, Dictionary<string, Tensor> Gradients) Run(
        IReadOnlyDictionary<string, Tensor?> operands, Func<IReadOnlyDictionary<string, Tensor?>, Tensor[]> run)
    {
        var leaves = operands.ToDictionary(item => item.Key, item => item.Value?.detach().clone().requires_grad_());
        var outputs = run(leaves);

        // Weights that differ from place to place: a gradient that lands at the wrong token or channel cannot hide.
        var loss = outputs.Select(output => (output.to_type(ScalarType.Float32) * arange(output.numel(), ScalarType.Float32).mul(0.37).sin().add(0.5).reshape(output.shape)).sum()).Aggregate((a, b) => a + b);
        loss.backward();
        return (outputs, leaves.Where(item => item.Value is not null).ToDictionary(item => item.Key, item => item.Value!.grad!));
    }

    private static void AssertClose(string what, Tensor expected, Tensor got, double tolerance)
    {
        CollectionAssert.AreEqual(expected.shape, got.shape, $"Shape of {what}");
        double scale = Math.Max(1e-3, expected.to_type(ScalarType.Float64).abs().max().item<double>());
        double worst = (got.to_type(ScalarType.Float64) - expected.to_type(ScalarType.Float64)).abs().max().item<double>();
        MSAssert.IsLessThanOrEqualTo(tolerance * scale, worst, what);
    }
}
