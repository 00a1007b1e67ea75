using static TorchSharp.torch;
using MSAssert = Microsoft.VisualStudio.TestTools.UnitTesting.Assert;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>Compares a face on a device with the reference in float64 in main memory: outputs and the gradient of every operand, on the same values.</summary>
internal static class Float64Comparison
{
    /// <param name="operands">By name, in main memory and in the face's types; null for those left out. Each gets a gradient, but for constants.</param>
    /// <param name="reference">The specification.</param>
    /// <param name="face">What is tested.</param>
    /// <param name="device">Where the face runs.</param>
    /// <param name="tolerance">Largest deviation ‖got - expected‖ / ‖expected‖ of a tensor of a given type.</param>
    /// <param name="constants">Operands without a gradient.</param>
    public static void Assert(
        IReadOnlyDictionary<string, Tensor?> operands,
        Func<IReadOnlyDictionary<string, Tensor?>, Tensor[]> reference,
        Func<IReadOnlyDictionary<string, Tensor?>, Tensor[]> face,
        Device device,
        Func<ScalarType, double> tolerance,
        params string[] constants)
    {
        var (expected, expectedGradients) = Run(operands.ToDictionary(item => item.Key, item => item.Value?.to_type(ScalarType.Float64)), reference, constants);
        var (got, gradients) = Run(operands.ToDictionary(item => item.Key, item => item.Value?.to(device)), face, constants);
        for (int i = 0; i < expected.Length; i++) AssertClose($"output {i}", expected[i], got[i], tolerance);
        foreach (var (name, gradient) in expectedGradients) AssertClose($"gradient of {name}", gradient, gradients[name], tolerance);
    }

    private static (Tensor[] Outputs, Dictionary<string, Tensor> Gradients) Run(
        IReadOnlyDictionary<string, Tensor?> operands, Func<IReadOnlyDictionary<string, Tensor?>, Tensor[]> run, string[] constants)
    {
        var leaves = operands.ToDictionary(item => item.Key, item => item.Value?.detach().clone().requires_grad_(!constants.Contains(item.Key)));
        var outputs = run(leaves);

        // Weights that differ from place to place, so that a gradient that lands at the wrong token or channel cannot hide, and that bfloat16 holds exactly.
        Tensor Weights(Tensor output) => arange(output.numel(), ScalarType.Float64).mul(0.37).sin().add(0.5).to_type(ScalarType.BFloat16).reshape(output.shape).to(output.device);
        outputs.Select(output => (output * Weights(output).to_type(output.dtype)).to_type(ScalarType.Float64).sum()).Aggregate((a, b) => a + b).backward();
        return (outputs, leaves.Where(item => item.Value is { requires_grad: true }).ToDictionary(item => item.Key, item => item.Value!.grad!));
    }

    private static void AssertClose(string what, Tensor expected, Tensor got, Func<ScalarType, double> tolerance)
    {
        CollectionAssert.AreEqual(expected.shape, got.shape, $"Shape of {what}");
        var difference = got.detach().cpu().to_type(ScalarType.Float64) - expected.detach();
        double deviation = difference.norm().item<double>() / Math.Max(1e-6, expected.detach().norm().item<double>());
        MSAssert.IsTrue(deviation <= tolerance(got.dtype), $"{what} deviates by {deviation:e2}, allowed are {tolerance(got.dtype):e2}");
    }
}
