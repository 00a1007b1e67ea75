using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>Starts torch's generators anew.</summary>
public static class TorchSeed
{
    /// <summary>Seeds main memory's generator and, for work on a card, every card's: <c>torch.manual_seed</c> leaves cards as they are, <c>cuda.manual_seed</c> all but the current one.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="device">Where the work is.</param>
    public static void Set(long seed, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        manual_seed(seed);
        if (device.type == TorchSharp.DeviceType.CUDA) cuda.manual_seed_all(seed);
    }
}
