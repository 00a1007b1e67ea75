using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>Conversions between the activations' type and the float32 that the state, the norms and the residual stream are kept in.</summary>
internal static class TensorTypes
{
    /// <summary>The tensor itself where it has the type already: no dispatched operation and no second handle.</summary>
    public static Tensor As(this Tensor tensor, ScalarType type) => tensor.dtype == type ? tensor : tensor.to_type(type);

    /// <summary>Each sample times its factor, (batch); the tensor itself where there are none.</summary>
    public static Tensor Scaled(this Tensor tensor, Tensor? factors) => factors is null ? tensor : tensor * factors.reshape(-1, 1, 1).As(tensor.dtype);

    /// <summary>The tensor in float32, or as it is where it is more precise: a model of float64 is a yardstick for the others.</summary>
    public static Tensor Wide(this Tensor tensor) => tensor.dtype == ScalarType.Float64 ? tensor : tensor.As(ScalarType.Float32);
}
