using System.Runtime.Intrinsics;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Runs kernels in the widest vectors that the CPU has, on as many threads as torch may use.</summary>
internal static class SimdRunner
{
    /// <summary>The width that the hardware, and the runtime's own switches (such as <c>DOTNET_EnableAVX512F</c>), call fast.</summary>
    public static SimdWidth PreferredWidth { get; } =
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512 : Vector256.IsHardwareAccelerated ? SimdWidth.Bits256 : SimdWidth.Bits128;

    /// <summary>Does all pieces of <paramref name="kernel"/>, whose activations are of <paramref name="type"/>: float32 or bfloat16.</summary>
    public static void Run<TKernel>(TKernel kernel, SimdWidth width, torch.ScalarType type)
        where TKernel : class, ISimdKernel
    {
        bool narrow = type == torch.ScalarType.BFloat16;
        Action<int> run = width switch
        {
            SimdWidth.Bits512 => narrow ? kernel.Run<Lanes512, BFloat16Element> : kernel.Run<Lanes512, Float32Element>,
            SimdWidth.Bits256 => narrow ? kernel.Run<Lanes256, BFloat16Element> : kernel.Run<Lanes256, Float32Element>,
            _ => narrow ? kernel.Run<Lanes128, BFloat16Element> : kernel.Run<Lanes128, Float32Element>,
        };
        ThreadTeam.ForEach(kernel.Pieces, run);
    }
}
