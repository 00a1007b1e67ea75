using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>
/// Loads libtorch once, before any TorchSharp use: from the PyTorch installation that <see cref="LibTorchVariable"/> names where it is set,
/// else from the app's own package. Every public entry of this library that touches a tensor calls <see cref="EnsureLoaded"/>; an app that uses
/// TorchSharp before any of them calls it first.
/// </summary>
public static class TorchRuntime
{
    /// <summary>Environment variable that names a PyTorch installation (the folder that <c>torch.__path__[0]</c> prints).</summary>
    public const string LibTorchVariable = "VIDEOMAMBA_LIBTORCH";

    /// <summary>The version of TorchSharp that this library was built and tested with.</summary>
    public static Version SupportedTorchSharp { get; } = new(0, 107, 0);

    private const string UnmetSymbolVersion = "GLIBCXX_3.4.32";

    private static readonly Lazy<TorchRuntimeInfo> s_loaded = new(Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>What was loaded. Loads it on first use.</summary>
    /// <exception cref="TorchRuntimeException">libtorch is missing, does not fit or does not load.</exception>
    public static TorchRuntimeInfo Info => s_loaded.Value;

    /// <summary>Loads libtorch unless it is loaded. Safe to call from any thread, as often as one likes.</summary>
    /// <exception cref="TorchRuntimeException">libtorch is missing, does not fit or does not load; every further call throws the same error.</exception>
    public static void EnsureLoaded() => _ = s_loaded.Value;

    private static TorchRuntimeInfo Load()
    {
        string torchSharp = CheckTorchSharpVersion();
        var folder = LibTorchFolder.Find(Environment.GetEnvironmentVariable(LibTorchVariable));
        RefuseTwoLibraries(folder);
        OpenMpWaiting.PreferSleep();
        if (folder.HasCuda) CudaAllocation.PreferGrowing();
        LoadLibraries(folder);
        string? patched = LoadBinding();
        torch.InitializeDeviceType(DeviceType.CPU);
        return new TorchRuntimeInfo(torchSharp, LibTorchVersion(folder), folder.Path, folder.HasCuda ? "cuda" : "cpu", folder.FromPyTorch, patched);
    }

    /// <summary>The managed binding calls native functions by name: another version may lack some, and would say so only when it calls them.</summary>
    private static string CheckTorchSharpVersion()
    {
        string version = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        return Version.TryParse(version.Split('-')[0], out var found) && found.Major == SupportedTorchSharp.Major && found.Minor == SupportedTorchSharp.Minor
            ? version
            : throw new TorchRuntimeException($"TorchSharp {version} is loaded, but this library needs {SupportedTorchSharp.ToString(2)}.x: reference TorchSharp {SupportedTorchSharp} in the app's project.");
    }

    /// <summary>TorchSharp asks for libtorch by name as it starts, which finds the app's own first: two copies in one process end it.</summary>
    private static void RefuseTwoLibraries(LibTorchFolder folder)
    {
        if (folder.FromPyTorch && LibTorchFolder.OfApp() is { } own && Path.GetFullPath(own.Path) != folder.Path)
        {
            throw new TorchRuntimeException($"{LibTorchVariable} names {folder.Path}, but the app carries a libtorch of its own in {own.Path}, and one process cannot hold both: unset the variable, or build the app with -p:TorchBackend=none.");
        }
    }

    private static void LoadLibraries(LibTorchFolder folder)
    {
        foreach (string library in folder.Libraries)
        {
            if (NativeLibrary.TryLoad(library, out _)) continue;
            LoadNvidia(folder);
            LoadOrThrow(library, folder);
        }
    }

    /// <summary>
    /// A PyTorch wheel finds NVIDIA's libraries by paths relative to itself. Where those do not hold (another layout), load all that are there, again and
    /// again until no more of them loads: then each is found by its name.
    /// </summary>
    private static void LoadNvidia(LibTorchFolder folder)
    {
        var waiting = folder.NvidiaFolders.SelectMany(Directory.EnumerateFiles).Where(file => Path.GetFileName(file).Contains(OperatingSystem.IsWindows() ? ".dll" : ".so", StringComparison.Ordinal)).ToList();
        int before;
        do
        {
            before = waiting.Count;
            waiting.RemoveAll(file => NativeLibrary.TryLoad(file, out _));
        }
        while (waiting.Count > 0 && waiting.Count < before);
    }

    private static void LoadOrThrow(string library, LibTorchFolder folder)
    {
        try
        {
            NativeLibrary.Load(library);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            string remedy = folder.FromPyTorch ? $"check that {LibTorchVariable} names a PyTorch for this platform" : "restore and build the app again for this platform";
            throw new TorchRuntimeException($"{library} does not load ({OneLine(e)}): {remedy}.", e);
        }
    }

    /// <summary>Loads the binding's native part; on a system with an older libstdc++, a copy that does without a version it never uses.</summary>
    /// <returns>The copy's path, or null where the file itself loads.</returns>
    private static string? LoadBinding()
    {
        string binding = LibTorchFolder.FindBinding()
            ?? throw new TorchRuntimeException($"{LibTorchFolder.FileName("LibTorchSharp")} is not beside the app ({AppContext.BaseDirectory}): reference the package TorchSharp {SupportedTorchSharp} in the app's project.");
        try
        {
            NativeLibrary.Load(binding);
            return null;
        }
        catch (DllNotFoundException e) when (OperatingSystem.IsLinux() && e.Message.Contains(UnmetSymbolVersion, StringComparison.Ordinal))
        {
            return LoadPatchedBinding(binding);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new TorchRuntimeException($"{binding} does not load ({OneLine(e)}): TorchSharp {SupportedTorchSharp} needs libtorch 2.10 or 2.11 for this platform.", e);
        }
    }

    private static string LoadPatchedBinding(string binding)
    {
        byte[] elf = File.ReadAllBytes(binding);
        if (!WeakSymbolVersion.TrySet(elf, UnmetSymbolVersion))
        {
            throw new TorchRuntimeException($"{binding} needs {UnmetSymbolVersion} of libstdc++, which this system lacks: install GCC 13's libstdc++6 or a newer one.");
        }

        string copy = NativeCache.Store(elf, Path.GetFileName(binding));
        try
        {
            NativeLibrary.Load(copy);
            return copy;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new TorchRuntimeException($"The copy of TorchSharp's native part for an older libstdc++, {copy}, does not load ({OneLine(e)}): install GCC 13's libstdc++6 or a newer one.", e);
        }
    }

    /// <summary>A PyTorch installation writes its version beside its libraries; a package is of the version that the binding was built for.</summary>
    private static string LibTorchVersion(LibTorchFolder folder)
    {
        string version = Path.Combine(folder.Path, "..", "version.py");
        if (folder.FromPyTorch && File.Exists(version))
        {
            string? line = File.ReadLines(version).FirstOrDefault(line => line.StartsWith("__version__", StringComparison.Ordinal));
            if (line?.Split('\'', '"') is [_, var found, ..]) return found;
        }

        return torch.__version__;
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ").Trim() is var text && text.Length > 300 ? text[..300] + "…" : text;
}
