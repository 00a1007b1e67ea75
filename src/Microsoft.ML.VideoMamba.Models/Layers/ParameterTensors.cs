using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>Makes trainable parameters out of tensors.</summary>
internal static class ParameterTensors
{
    /// <summary>A parameter that its module owns: no dispose scope that happens to be open where the module is built ends it.</summary>
    public static Parameter ToParameter(this Tensor tensor, bool requiresGrad = true) =>
        (Parameter)nn.Parameter(tensor, requiresGrad).DetachFromDisposeScope();
}
