using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The convolution's kernels on one kind of device, over contiguous tensors. Arguments are checked by the public entry.</summary>
internal interface IConvFace
{
    /// <summary>Runs the forward kernel.</summary>
    Tensor Forward(Tensor x, Tensor weight, Tensor? bias);

    /// <summary>Runs the backward kernel.</summary>
    /// <returns>Gradients of x, weight and bias.</returns>
    (Tensor X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, Tensor? bias, Tensor dy);
}
