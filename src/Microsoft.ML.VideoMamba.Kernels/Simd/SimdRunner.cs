using System.Runtime.Intrinsics;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Runs kernels in the widest vectors that the CPU has, on as many threads as torch may use.</summary>
internal static class SimdRunner
{
    /// <summary>The width that the hardware, and the runtime's own switches (such as <c>DOTNET_EnableAVX512F</c>), call fast.</summary>
    public static SimdWidth Widest { get; } =
        Vector512.IsHardwareAccelerated ? SimdWidth.Bits512 : Vector256.IsHardwareAccelerated ? SimdWidth.Bits256 : SimdWidth.Bits128;

    /// <summary>The width that kernels compute in: <see cref="Widest"/>, unless a test forces another one.</summary>
    public static SimdWidth PreferredWidth => ForcedWidth.Current ?? Widest;

    /// <summary>Does all pieces of <paramref name="kernel"/>, whose activations are of <paramref name="type"/>: float32 or bfloat16.</summary>
    public static void Run(ISimdKernel kernel, SimdWidth width, torch.ScalarType type)
    {
        ThreadTeam.ForEach(kernel.Pieces, Pieces(kernel, width, type));
        GC.KeepAlive(kernel);
    }

    /// <summary>What does a piece of <paramref name="kernel"/>: to be kept by those who run it again and again.</summary>
    public static Action<int> Pieces(ISimdKernel kernel, SimdWidth width, torch.ScalarType type) => width switch
    {
        SimdWidth.Bits512 => InLanes<Lanes512>(kernel, type),
        SimdWidth.Bits256 => InLanes<Lanes256>(kernel, type),
        _ => InLanes<Lanes128>(kernel, type),
    };

    private static Action<int> InLanes<TLanes>(ISimdKernel kernel, torch.ScalarType type)
        where TLanes : unmanaged, ILanes<TLanes> => (type == torch.ScalarType.BFloat16, kernel.Channels % TLanes.Count == 0) switch
        {
            (false, true) => kernel.Run<TLanes, Float32Element>,
            (true, true) => kernel.Run<TLanes, BFloat16Element>,
            (false, false) => kernel.Run<TLanes, Partial<Float32Element>>,
            (true, false) => kernel.Run<TLanes, Partial<BFloat16Element>>,
        };
}
