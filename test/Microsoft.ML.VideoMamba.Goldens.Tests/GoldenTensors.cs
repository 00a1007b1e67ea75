using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>Cases' tensors as torch's, modules filled from them, and torch's tensors compared with them.</summary>
internal static class GoldenTensors
{
    /// <summary>The stored tensor under <paramref name="key"/>, float32 or int64.</summary>
    public static Tensor Torch(this GoldenCase golden, string key)
    {
        TorchRuntime.EnsureLoaded();
        var stored = golden.Tensors[key];
        return stored.DType == "I64" ? tensor(stored.ToLongs(), stored.Shape) : tensor(stored.ToFloats(), stored.Shape);
    }

    /// <summary>Copies every <c>weight.*</c> of the case into the module; fails unless names and shapes are the same on both sides.</summary>
    public static void LoadInto(this GoldenCase golden, nn.Module module) =>
        Load(module, golden.Names("weight").ToDictionary(name => name, name => golden.Torch("weight." + name)));

    /// <summary>Copies tensors into a module's parameters; fails unless names and shapes are the same on both sides.</summary>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> weights)
    {
        var parameters = module.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        CollectionAssert.AreEquivalent(weights.Keys.ToList(), parameters.Keys.ToList(), "Parameter names");
        using var grad = no_grad();
        foreach (var (name, weight) in weights)
        {
            CollectionAssert.AreEqual(weight.shape, parameters[name].shape, $"Shape of {name}");
            parameters[name].copy_(weight);
        }
    }

    public static void AssertClose(this GoldenCase golden, string key, Tensor got)
    {
        using var scope = NewDisposeScope();
        golden.AssertClose(key, got.detach().cpu().to_type(ScalarType.Float32).contiguous().data<float>().ToArray(), got.shape);
    }

    /// <summary>Compares the gradient of every parameter that the case has one for.</summary>
    public static void AssertGradients(this GoldenCase golden, nn.Module module)
    {
        foreach (var (name, parameter) in module.named_parameters().Where(pair => golden.Has("grad." + pair.name)))
        {
            Assert.IsNotNull(parameter.grad, $"Gradient of {name}");
            golden.AssertClose("grad." + name, parameter.grad);
        }
    }
}
