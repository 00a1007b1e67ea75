using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Whether the CUDA kernels can run, and if not, why.</summary>
public static class CudaSupport
{
    /// <summary>The oldest cards that the kernels run on: Ampere, the first with bfloat16 and asynchronous copies.</summary>
    private const int OldestCapability = 80;

    private static readonly ConcurrentDictionary<int, string?> s_problems = new();
    private static readonly Lazy<string?> s_driverProblem = new(FindDriverProblem);

    /// <summary>Whether the kernels run on that card.</summary>
    /// <param name="deviceIndex">The card's number, as torch counts, from 0.</param>
    public static bool IsAvailable(int deviceIndex = 0) => Problem(deviceIndex) is null;

    /// <summary>Null where the kernels run on that card, else one line that says what is missing or too old.</summary>
    /// <param name="deviceIndex">The card's number, as torch counts, from 0.</param>
    public static string? Problem(int deviceIndex = 0) => s_driverProblem.Value ?? s_problems.GetOrAdd(deviceIndex, FindProblem);

    /// <summary>The line for a card of that capability, or null where it is new enough.</summary>
    internal static string? CapabilityProblem(int capability) => capability >= OldestCapability
        ? null
        : $"The CUDA kernels need compute capability {OldestCapability / 10.0:f1} (Ampere) or newer; this card has {capability / 10.0:f1}.";

    private static string? FindDriverProblem()
    {
        TorchRuntime.EnsureLoaded();
        if (TorchRuntime.Info.Backend != "cuda") return "The libtorch that is loaded was built without CUDA: reference TorchSharp-cuda-linux or -windows in the app, or name a PyTorch installation with VIDEOMAMBA_LIBTORCH.";
        if (CudaLibraries.TryLoad(CudaLibraries.Driver) is { } missing) return $"CUDA is not available: {missing}.";
        if (Fails(() => Check(cuInit(0))) is { } refused) return $"CUDA is not available: {refused}";
        return CudaLibraries.TryLoad(CudaLibraries.Compiler) is { } problem ? $"CUDA is not available: no run-time compiler, {problem}." : null;
    }

    private static string? FindProblem(int index)
    {
        int capability = 0;
        string? refused = Fails(() =>
        {
            Check(cuDeviceGetCount(out int count));
            if (index < 0 || index >= count) throw new CudaException($"there is no card {index}, only {count}.");
            Check(cuDeviceGet(out int device, index));
            Check(cuDeviceGetAttribute(out int major, ComputeCapabilityMajor, device));
            Check(cuDeviceGetAttribute(out int minor, ComputeCapabilityMinor, device));
            capability = 10 * major + minor;
        });
        return refused is null ? CapabilityProblem(capability) : $"CUDA is not available: {refused}";
    }

    private static string? Fails(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (CudaException e)
        {
            return e.Message;
        }
    }
}
