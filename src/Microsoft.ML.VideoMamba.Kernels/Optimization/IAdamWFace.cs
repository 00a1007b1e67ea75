using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>What runs a step of <see cref="FusedAdamW"/> on a device.</summary>
internal interface IAdamWFace : IDisposable
{
    /// <summary>Makes a step and sets the gradients to 0; where the gradients' norm is not finite, nothing is changed.</summary>
    /// <param name="blocks">What to move.</param>
    /// <param name="factors">How far; the addresses are the face's own.</param>
    /// <returns>The gradients' norm before clipping, a scalar on the device.</returns>
    torch.Tensor Step(OptimizerBlocks blocks, in AdamWArguments factors);
}
