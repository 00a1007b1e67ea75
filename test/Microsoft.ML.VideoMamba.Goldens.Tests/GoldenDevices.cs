using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>Where cases of kernels and models run.</summary>
internal static class GoldenDevices
{
    /// <summary>Main memory and, where the CUDA kernels run, a card.</summary>
    public static IReadOnlyList<Device> All { get; } = Find();

    private static Device[] Find()
    {
        TorchRuntime.EnsureLoaded();
        return Gpu.Problem() is null ? [CPU, Gpu.Device] : [CPU];
    }
}
