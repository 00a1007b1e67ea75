using Microsoft.ML.VideoMamba.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>Runs the kernels' cases: each on every face that the machine has.</summary>
internal static class KernelGoldens
{
    /// <summary>Runs a check on each face, with inputs of its own: the case's by name, as leaves of a graph, in the type they are stored in.</summary>
    public static void OnEachFace(this GoldenCase golden, Action<KernelFace, Dictionary<string, Tensor>> check)
    {
        foreach (var (face, device) in GoldenDevices.All.SelectMany(device => Faces(device).Select(face => (face, device))))
        {
            using var scope = NewDisposeScope();
            check(face, golden.Leaves(device));
        }
    }

    public static SequenceDirection Direction(this GoldenCase golden) => golden.Bool("reverse", false) ? SequenceDirection.Reverse : SequenceDirection.Forward;

    /// <summary>Compares the outputs, then the gradients of the sum of each output times its <c>input.d*</c>.</summary>
    /// <param name="golden">The case.</param>
    /// <param name="inputs">What <see cref="OnEachFace"/> gave.</param>
    /// <param name="outputs">Name, value and the name of the output's gradient; outputs that the case does not hold are not compared.</param>
    public static void AssertOutputsAndGradients(this GoldenCase golden, Dictionary<string, Tensor> inputs, params (string Name, Tensor Value, string? Gradient)[] outputs)
    {
        Tensor? loss = null;
        foreach (var (name, value, gradient) in outputs)
        {
            if (golden.Has("output." + name)) golden.AssertClose("output." + name, Values(value), value.shape);
            if (gradient is null || !inputs.TryGetValue(gradient, out var weight)) continue;
            var term = (value.to_type(ScalarType.Float32) * weight.detach().to_type(ScalarType.Float32)).sum();
            loss = loss is null ? term : loss + term;
        }

        loss!.backward();
        foreach (string name in golden.Names("grad"))
        {
            Assert.IsNotNull(inputs[name].grad, $"Gradient of {name}");
            golden.AssertClose("grad." + name, Values(inputs[name].grad!), inputs[name].shape);
        }
    }

    private static KernelFace[] Faces(Device device) => device.type == DeviceType.CUDA ? [KernelFace.Cuda] : [KernelFace.Reference, KernelFace.Cpu];

    private static Dictionary<string, Tensor> Leaves(this GoldenCase golden, Device device) => golden.Names("input").ToDictionary(name => name, name =>
    {
        var stored = golden.Tensors["input." + name];
        var type = stored.DType == "BF16" ? ScalarType.BFloat16 : ScalarType.Float32;
        return tensor(stored.ToFloats(), stored.Shape).to_type(type).to(device).requires_grad_();
    });

    private static float[] Values(Tensor tensor) => tensor.detach().cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
}
