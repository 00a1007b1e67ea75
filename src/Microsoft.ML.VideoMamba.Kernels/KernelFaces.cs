using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels;

/// <summary>Which faces of the kernels exist on this machine, and which one runs for a tensor.</summary>
public static class KernelFaces
{
    /// <summary>What <see cref="KernelFace.Auto"/> takes for tensors in main memory, with its vectors and cores, such as <c>cpu (AVX-512, 8 threads)</c>.</summary>
    public static string Description => $"cpu ({VectorName}, {ThreadTeam.Size} threads)";

    /// <summary>The instruction set that the CPU face computes in, such as <c>AVX-512</c>, <c>AVX2</c>, <c>SSE</c> or <c>NEON</c>.</summary>
    public static string VectorName => SimdRunner.PreferredWidth switch
    {
        SimdWidth.Bits512 => "AVX-512",
        SimdWidth.Bits256 => "AVX2",
        _ => AdvSimd.IsSupported ? "NEON" : Vector128.IsHardwareAccelerated ? "SSE" : "scalar",
    };

    /// <summary>The CPU's instruction sets that matter to this library and to libtorch, widest last, such as AVX2, FMA, AVX-512F.</summary>
    public static IReadOnlyList<string> InstructionSets { get; } = FindInstructionSets();

    /// <summary>
    /// Whether the CPU multiplies bfloat16 matrices itself: AVX512-BF16, or AMX, which libtorch uses. .NET has no intrinsics of them, so that the CPU is asked.
    /// </summary>
    public static bool HasBFloat16Products { get; } = HasAvx512BFloat16 || HasAmxBFloat16;

    /// <summary>
    /// The face that runs for <paramref name="tensor"/> when <paramref name="asked"/> is asked for: float64, other devices and cards that are too old have the
    /// reference only.
    /// </summary>
    /// <exception cref="ArgumentException">The face that is asked for cannot take the tensor.</exception>
    internal static KernelFace Resolve(KernelFace asked, torch.Tensor tensor, string argument)
    {
        bool narrow = tensor.dtype is torch.ScalarType.Float32 or torch.ScalarType.BFloat16;
        bool fitsCpu = narrow && tensor.device_type == DeviceType.CPU, fitsCuda = narrow && tensor.device_type == DeviceType.CUDA;
        return asked switch
        {
            KernelFace.Auto when fitsCuda && CudaSupport.IsAvailable(tensor.device_index) => KernelFace.Cuda,
            KernelFace.Auto => fitsCpu ? KernelFace.Cpu : KernelFace.Reference,
            KernelFace.Reference => KernelFace.Reference,
            KernelFace.Cpu when fitsCpu => KernelFace.Cpu,
            KernelFace.Cpu => throw new ArgumentException($"{argument} must be float32 or bfloat16 in main memory for the CPU face; it is {tensor.dtype} on {tensor.device}.", argument),
            KernelFace.Cuda when !fitsCuda => throw new ArgumentException($"{argument} must be float32 or bfloat16 on a CUDA device for the CUDA face; it is {tensor.dtype} on {tensor.device}.", argument),
            KernelFace.Cuda when CudaSupport.Problem(tensor.device_index) is { } problem => throw new ArgumentException($"The CUDA face cannot run on {tensor.device}: {problem}", argument),
            KernelFace.Cuda => KernelFace.Cuda,
            _ => throw new ArgumentOutOfRangeException(nameof(asked), asked, $"face {asked} is unknown."),
        };
    }

    /// <summary>Whether the CPU has the instructions that multiply vectors of bfloat16 pairs.</summary>
    internal static bool HasAvx512BFloat16 => Avx512F.IsSupported && (ExtendedFeatures(1).Eax & 1 << 5) != 0;

    private static bool HasAmxBFloat16 => Avx512F.IsSupported && (ExtendedFeatures(0).Edx & 1 << 22) != 0;

    /// <summary>Leaf 7 of CPUID.</summary>
    private static (int Eax, int Ebx, int Ecx, int Edx) ExtendedFeatures(int subleaf) =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && (subleaf == 0 || X86Base.CpuId(7, 0).Eax >= subleaf) ? X86Base.CpuId(7, subleaf) : default;

    private static string[] FindInstructionSets()
    {
        (bool Has, string Name)[] sets =
        [
            (Sse42.IsSupported, "SSE4.2"),
            (AdvSimd.IsSupported, "NEON"),
            (Avx2.IsSupported, "AVX2"),
            (Fma.IsSupported, "FMA"),
            (Avx512F.IsSupported, "AVX-512F"),
            (Avx512DQ.IsSupported, "AVX-512DQ"),
            (HasAvx512BFloat16, "AVX512-BF16"),
            (HasAmxBFloat16, "AMX-BF16"),
        ];
        return [.. sets.Where(set => set.Has).Select(set => set.Name)];
    }
}
