using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>
/// Finds NVIDIA's shared libraries: the driver with the system; the compiler and cuBLAS beside libtorch, in a PyTorch installation, in a CUDA toolkit or
/// where the system's loader looks, in this order. Each is loaded once.
/// </summary>
internal static partial class CudaLibraries
{
    /// <summary>The names that the bindings import.</summary>
    public const string Driver = "videomamba-cuda-driver", Compiler = "videomamba-nvrtc", Blas = "videomamba-cublas", BlasLt = "videomamba-cublasLt";

    private static readonly ConcurrentDictionary<string, (nint Handle, string Problem)> s_loaded = new();

    static CudaLibraries() => NativeLibrary.SetDllImportResolver(typeof(CudaLibraries).Assembly, Resolve);

    /// <summary>Loads a library unless it is loaded.</summary>
    /// <returns>Null, or one line that says where it was looked for.</returns>
    public static string? TryLoad(string name)
    {
        var (handle, problem) = s_loaded.GetOrAdd(name, Load);
        return handle != 0 ? null : problem;
    }

    /// <summary>The file names of a library that a platform's loader may know, newest first.</summary>
    public static IReadOnlyList<string> SystemNames(string name, bool windows) => (name, windows) switch
    {
        (Driver, false) => ["libcuda.so.1", "libcuda.so"],
        (Driver, true) => ["nvcuda.dll"],
        (Compiler, false) => ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"],
        (Compiler, true) => ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll"],
        (Blas, false) => ["libcublas.so.13", "libcublas.so.12", "libcublas.so"],
        (Blas, true) => ["cublas64_13.dll", "cublas64_12.dll"],
        (BlasLt, false) => ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"],
        (BlasLt, true) => ["cublasLt64_13.dll", "cublasLt64_12.dll"],
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"{name} is no CUDA library."),
    };

    /// <summary>Whether a file is that library: libtorch's packages put a hash into the names (libnvrtc-1a2b3c4d.so.12), and other files share the beginning.</summary>
    public static bool IsLibrary(string name, string file) => name switch
    {
        Compiler => CompilerFile().IsMatch(file),
        Blas => BlasFile().IsMatch(file),
        BlasLt => BlasLtFile().IsMatch(file),
        _ => SystemNames(name, windows: false).Contains(file) || SystemNames(name, windows: true).Contains(file),
    };

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        s_loaded.TryGetValue(name, out var found) ? found.Handle : name is Driver or Compiler or Blas or BlasLt ? s_loaded.GetOrAdd(name, Load).Handle : 0;

    private static (nint Handle, string Problem) Load(string name)
    {
        foreach (string candidate in Candidates(name))
        {
            if (name == Compiler) LoadBuiltins(Path.GetDirectoryName(candidate));
            if (NativeLibrary.TryLoad(candidate, out nint handle)) return (handle, "");
        }

        string names = string.Join(", ", SystemNames(name, OperatingSystem.IsWindows()));
        return (0, name == Driver
            ? $"no NVIDIA driver here ({names} does not load)"
            : $"none of {names} loads, nor lies beside libtorch, in a PyTorch installation named by {TorchRuntime.LibTorchVariable} or in a CUDA toolkit (CUDA_PATH, CUDA_HOME)");
    }

    /// <summary>The compiler asks for its second half by name as it works, which finds it wherever it lies once it is loaded.</summary>
    private static void LoadBuiltins(string? folder)
    {
        if (string.IsNullOrEmpty(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder, "*nvrtc-builtins*")) NativeLibrary.TryLoad(file, out _);
    }

    private static IEnumerable<string> Candidates(string name)
    {
        if (name != Driver)
        {
            foreach (string file in Folders().Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Where(file => IsLibrary(name, Path.GetFileName(file)))) yield return file;
        }

        foreach (string file in SystemNames(name, OperatingSystem.IsWindows())) yield return file;
    }

    private static IEnumerable<string> Folders()
    {
        var libTorch = new LibTorchFolder(TorchRuntime.Info.LibTorchFolder, TorchRuntime.Info.FromPyTorch);
        string?[] toolkits = [Environment.GetEnvironmentVariable("CUDA_PATH"), Environment.GetEnvironmentVariable("CUDA_HOME"), OperatingSystem.IsWindows() ? null : "/usr/local/cuda"];
        string[] parts = OperatingSystem.IsWindows() ? [Path.Combine("bin", "x64"), "bin"] : ["lib64", Path.Combine("lib", "x86_64-linux-gnu"), "lib"];
        return [libTorch.Path, .. libTorch.NvidiaFolders, .. toolkits.Where(toolkit => !string.IsNullOrWhiteSpace(toolkit)).SelectMany(toolkit => parts.Select(part => Path.Combine(toolkit!, part)))];
    }

    [GeneratedRegex(@"^(libnvrtc(-[0-9a-f]+)?\.so(\.\d+)*|nvrtc64_\d+_0\.dll)$")]
    private static partial Regex CompilerFile();

    [GeneratedRegex(@"^(libcublas(-[0-9a-f]+)?\.so(\.\d+)*|cublas64_\d+\.dll)$")]
    private static partial Regex BlasFile();

    [GeneratedRegex(@"^(libcublasLt(-[0-9a-f]+)?\.so(\.\d+)*|cublasLt64_\d+\.dll)$")]
    private static partial Regex BlasLtFile();
}
