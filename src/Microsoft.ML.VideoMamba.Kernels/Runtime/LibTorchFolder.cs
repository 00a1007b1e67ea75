using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>A folder with libtorch's shared libraries: found, never loaded, by this class.</summary>
/// <param name="Path">The folder.</param>
/// <param name="FromPyTorch">Whether it belongs to a PyTorch installation that an environment variable names.</param>
internal sealed record LibTorchFolder(string Path, bool FromPyTorch)
{
    /// <summary>Whether the libraries in the folder were built for CUDA.</summary>
    public bool HasCuda => File.Exists(System.IO.Path.Combine(Path, FileName("torch_cuda")));

    /// <summary>The libraries that the native binding needs, in an order in which each finds the ones before it loaded.</summary>
    public IEnumerable<string> Libraries => new[] { "c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch" }
        .Select(name => System.IO.Path.Combine(Path, FileName(name)))
        .Where(File.Exists);

    /// <summary>Folders of the NVIDIA libraries that pip installs beside PyTorch (site-packages/nvidia/*/lib).</summary>
    public IEnumerable<string> NvidiaFolders
    {
        get
        {
            string nvidia = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", "..", "nvidia"));
            if (!FromPyTorch || !Directory.Exists(nvidia)) return [];
            return Directory.EnumerateDirectories(nvidia)
                .Select(folder => System.IO.Path.Combine(folder, OperatingSystem.IsWindows() ? "bin" : "lib"))
                .Where(Directory.Exists)
                .Order(StringComparer.Ordinal);
        }
    }

    /// <summary>The platform's file name of a native library.</summary>
    public static string FileName(string name) =>
        OperatingSystem.IsWindows() ? name + ".dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    /// <summary>Looks for libtorch in the installation that <paramref name="named"/> (an environment variable's value) names, else beside the app.</summary>
    /// <exception cref="TorchRuntimeException">No libtorch there; the message says where it was looked for and what to do.</exception>
    public static LibTorchFolder Find(string? named)
    {
        if (!string.IsNullOrWhiteSpace(named))
        {
            string[] candidates = [named, System.IO.Path.Combine(named, "lib"), System.IO.Path.Combine(named, "torch", "lib")];
            string? found = candidates.FirstOrDefault(HoldsLibTorch);
            return found is not null
                ? new LibTorchFolder(System.IO.Path.GetFullPath(found), FromPyTorch: true)
                : throw new TorchRuntimeException($"{TorchRuntime.LibTorchVariable} is '{named}', but no {FileName("torch_cpu")} lies there, in lib or in torch/lib: name the folder that `python -c \"import torch; print(torch.__path__[0])\"` prints, or unset the variable.");
        }

        return AppFolders().FirstOrDefault(HoldsLibTorch) is { } folder
            ? new LibTorchFolder(folder, FromPyTorch: false)
            : throw new TorchRuntimeException($"No libtorch beside the app ({AppContext.BaseDirectory}): reference the package TorchSharp-cpu (or TorchSharp-cuda-linux, TorchSharp-cuda-windows) in the app's project, or set {TorchRuntime.LibTorchVariable} to a PyTorch installation.");
    }

    /// <summary>The native part of the TorchSharp binding, which comes with the app whatever libtorch is used; null if it is missing.</summary>
    public static string? FindBinding() =>
        AppFolders().Select(folder => System.IO.Path.Combine(folder, FileName("LibTorchSharp"))).FirstOrDefault(File.Exists);

    /// <summary>Whether the app itself carries a libtorch.</summary>
    public static LibTorchFolder? OfApp() => AppFolders().FirstOrDefault(HoldsLibTorch) is { } folder ? new(folder, FromPyTorch: false) : null;

    private static bool HoldsLibTorch(string folder) => File.Exists(System.IO.Path.Combine(folder, FileName("torch_cpu")));

    /// <summary>Where .NET itself looks for an app's native libraries.</summary>
    private static IEnumerable<string> AppFolders()
    {
        string[] probed = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string assembly = System.IO.Path.GetDirectoryName(typeof(LibTorchFolder).Assembly.Location) is { Length: > 0 } location ? location : AppContext.BaseDirectory;
        string runtime = System.IO.Path.Combine("runtimes", RuntimeInformation.RuntimeIdentifier, "native");
        return probed.Append(AppContext.BaseDirectory).Append(assembly)
            .Append(System.IO.Path.Combine(AppContext.BaseDirectory, runtime))
            .Append(System.IO.Path.Combine(assembly, runtime))
            .Distinct();
    }
}
