using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// Finds the machine's FFmpeg: four shared libraries of versions that belong together, the newest set first, all four or none. They are loaded
/// where the user installed them and nothing of them is shipped.
/// </summary>
internal sealed unsafe class LibavLibraries
{

    private static readonly Lazy<LibavLibraries> s_instance = new(() => Find(LibraryTrial.Passes), LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>The handles of the set in use, by the names that <see cref="Libav"/> gives them.</summary>
    private static Dictionary<string, nint> s_handles = [];

    static LibavLibraries() => NativeLibrary.SetDllImportResolver(typeof(Libav).Assembly, (name, _, _) => s_handles.GetValueOrDefault(name));

    private LibavLibraries(LibavLayout layout, Dictionary<string, nint> handles)
    {
        (Layout, s_handles) = (layout, handles);
        if (Environment.GetEnvironmentVariable(VideoDecoder.LogVariable) != "1") Libav.av_log_set_level(Libav.LogQuiet);
        Description = $"FFmpeg {Libav.av_version_info()} (libavformat {VersionOf(handles, Libav.Format)})";
    }

    /// <summary>The fields of this version's structures.</summary>
    public LibavLayout Layout { get; }

    /// <summary>The library and its version, for metadata and messages.</summary>
    public string Description { get; }

    /// <summary>The machine's libraries, which are looked for once.</summary>
    /// <exception cref="DllNotFoundException">There are none that can be used; the message says why and what to install.</exception>
    public static LibavLibraries Load() => s_instance.Value;

    /// <summary>The machine's libraries of one version, for the process that tries whether they can be used.</summary>
    /// <exception cref="DllNotFoundException">There are none.</exception>
    public static LibavLibraries LoadUntried(int formatVersion) => Find((found, _) => found.Format == formatVersion ? null : "another version is being tried");

    private static LibavLibraries Find(Func<LibavLayout, IReadOnlyList<string>, string?> objection)
    {
        if (!Environment.Is64BitProcess) throw Missing(["the process is a 32-bit one"]);
        var reasons = new List<string>();
        foreach (var layout in LibavLayout.Known)
        {
            if (Open(layout) is not { } handles) continue;
            string? reason = WrongVersion(layout, handles) ?? objection(layout, Files());
            if (reason is null) return new LibavLibraries(layout, handles);
            reasons.Add($"libavformat {layout.Format}: {reason}");
        }

        throw Missing(reasons);
    }

    private static DllNotFoundException Missing(IReadOnlyList<string> reasons)
    {
        string folder = Environment.GetEnvironmentVariable(VideoDecoder.FFmpegFolderVariable) is { Length: > 0 } named ? $" in the folder '{named}' that {VideoDecoder.FFmpegFolderVariable} names" : "";
        string why = reasons.Count > 0
            ? $"FFmpeg's libraries{folder} cannot be used ({string.Join("; ", reasons)})"
            : $"FFmpeg's libraries (libavformat {LibavLayout.Known[^1].Format} to {LibavLayout.Known[0].Format} with libavcodec, libavutil and libswscale) were not found{folder}";
        string install = OperatingSystem.IsLinux() ? "libavformat and libswscale of your distribution (Debian and Ubuntu: apt-get install ffmpeg)"
            : OperatingSystem.IsMacOS() ? "FFmpeg (brew install ffmpeg)"
            : "a shared build of FFmpeg and put its folder on PATH";
        return new DllNotFoundException($"{why}. Install {install}, or name their folder in {VideoDecoder.FFmpegFolderVariable}.");
    }

    /// <summary>All libraries of a set; null if one is missing. Those that later ones need come first.</summary>
    private static Dictionary<string, nint>? Open(LibavLayout layout)
    {
        (string Name, int Version)[] set = [(Libav.Util, layout.Util), (Libav.Scale, layout.Scale), (Libav.Codec, layout.Format), (Libav.Format, layout.Format)];
        foreach (string folder in Folders())
        {
            // The loader finds it by itself in the system's folders; in one that it does not know it must be there before libavcodec is.
            if (folder.Length > 0) NativeLibrary.TryLoad(Path.Combine(folder, FileName("swresample", layout.Resample)), out _);
            var handles = new Dictionary<string, nint>();
            foreach (var (name, version) in set)
            {
                if (!NativeLibrary.TryLoad(Path.Combine(folder, FileName(name, version)), out nint handle)) break;
                handles.Add(name, handle);
            }

            if (handles.Count == set.Length) return handles;
        }

        return null;
    }

    /// <summary>The empty name stands for wherever the system looks.</summary>
    private static string[] Folders()
    {
        if (Environment.GetEnvironmentVariable(VideoDecoder.FFmpegFolderVariable) is { Length: > 0 } named) return [Path.GetFullPath(named)];
        return OperatingSystem.IsMacOS() ? ["", "/opt/homebrew/lib", "/usr/local/lib", "/opt/local/lib"] : [""];
    }

    private static string FileName(string name, int version) =>
        OperatingSystem.IsWindows() ? $"{name}-{version}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.{version}.dylib"
        : $"lib{name}.so.{version}";

    private static string? WrongVersion(LibavLayout layout, Dictionary<string, nint> handles)
    {
        foreach (var (name, expected) in new[] { (Libav.Util, layout.Util), (Libav.Scale, layout.Scale), (Libav.Codec, layout.Format), (Libav.Format, layout.Format) })
        {
            var found = VersionOf(handles, name);
            if (found.Major != expected) return $"lib{name} says that its version is {found}";
        }

        return null;
    }

    private static Version VersionOf(Dictionary<string, nint> handles, string name)
    {
        var version = (delegate* unmanaged[Cdecl]<uint>)NativeLibrary.GetExport(handles[name], $"{name}_version");
        uint number = version();
        return new Version((int)(number >> 16), (int)(number >> 8 & 255), (int)(number & 255));
    }

    /// <summary>The files that the loaded libraries come from.</summary>
    private static string[] Files()
    {
        string[] names = [Libav.Util, Libav.Scale, Libav.Codec, Libav.Format];
        using var process = Process.GetCurrentProcess();
        return
        [
            .. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
                .Where(file => names.Any(name => Path.GetFileName(file).Contains(name, StringComparison.OrdinalIgnoreCase)))
                .Distinct().Order(StringComparer.Ordinal),
        ];
    }
}
