using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What a selective scan returns.</summary>
/// <param name="Y">The outputs, (batch, length, channels), in u's type.</param>
/// <param name="LastState">The state after the last step taken (at token 0 for <see cref="SequenceDirection.Reverse"/>), (batch, channels, d_state), float32.</param>
public readonly record struct ScanOutput(torch.Tensor Y, torch.Tensor LastState);
