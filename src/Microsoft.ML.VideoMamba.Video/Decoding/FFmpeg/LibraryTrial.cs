using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// Tries FFmpeg libraries whose structures were not checked field by field, in a process of its own: if a field lies elsewhere than
/// <see cref="LibavLayout"/> says, that process dies and this one lives. The verdict is remembered for exactly these files.
/// </summary>
internal static class LibraryTrial
{
    private const int Frames = 6, Width = 48, Height = 64;
    private const int Tolerance = 12; // of 255: the colours go through a lossy codec
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>The colours of the upper and lower half of each frame of the clip, as shown.</summary>
    private static readonly (uint Upper, uint Lower)[] s_colors =
    [
        (0xFF0000, 0x0000FF), (0x00FF00, 0xFFFF00), (0x0000FF, 0xFF00FF), (0xFFFFFF, 0x000000), (0x00FFFF, 0x808080), (0xFF8000, 0x0080FF),
    ];

    private static readonly double[] s_times = [0, 0.1, 0.3, 0.6, 1, 1.5];

    /// <summary>The trial's own process: this assembly, run with the version of libavformat as its argument.</summary>
    /// <returns>0 if the libraries decode rightly.</returns>
    public static int Main(string[] arguments)
    {
        try
        {
            string? flaw = Flaw(LibavLibraries.LoadUntried(int.Parse(arguments[0], CultureInfo.InvariantCulture)));
            if (flaw is null) return 0;
            Console.Error.WriteLine(flaw);
        }
        catch (Exception e) when (e is VideoException or DllNotFoundException or EntryPointNotFoundException)
        {
            Console.Error.WriteLine(e.Message);
        }

        return 1;
    }

    /// <summary>Whether libraries can be used: at once if they are the verified ones, else if a trial passes or passed before.</summary>
    /// <returns>Null if they can; else why not.</returns>
    public static string? Passes(LibavLayout layout, IReadOnlyList<string> files)
    {
        if (layout.IsVerified) return null;
        var record = TrialRecord.For(files);
        if (record.Read() is { } verdict) return verdict.Length == 0 ? null : verdict;
        string? flaw = Run(layout);
        record.Write(flaw ?? "");
        return flaw;
    }

    /// <summary>Decodes the clip that lies in this assembly and compares every fact, time and colour.</summary>
    internal static string? Flaw(LibavLibraries libraries)
    {
        var source = VideoSource.FromBytes(Clip(), "trial clip");
        using var decoder = new FFmpegVideoDecoder(source, new VideoDecoderOptions { Threads = 1 }, libraries, CancellationToken.None);
        var facts = (decoder.Width, decoder.Height, decoder.Rotation, decoder.Codec, decoder.FrameCountHint, decoder.FramesPerSecond);
        if (facts != (Width, Height, 90, "vp9", Frames, 3.75)) return $"the trial clip's header was read as {facts}";
        var rgb = new byte[Width * Height * 3];
        while (decoder.MoveNext())
        {
            int k = decoder.Position;
            if (k >= Frames || Math.Abs(decoder.Timestamp - s_times[k]) > 1e-6) return $"the trial clip's frame {k} came at {decoder.Timestamp} s";
            decoder.CopyTo(rgb);
            if (!HasColor(rgb, Height / 4, s_colors[k].Upper) || !HasColor(rgb, 3 * Height / 4, s_colors[k].Lower)) return $"the trial clip's frame {k} has other colours";
        }

        return decoder is { Position: Frames - 1, Gaps: 0 } ? null : $"the trial clip gave {decoder.Position + 1} frames and {decoder.Gaps} gaps";
    }

    private static bool HasColor(ReadOnlySpan<byte> rgb, int row, uint color)
    {
        var pixel = rgb.Slice((row * Width + Width / 2) * 3, 3);
        return Math.Abs(pixel[0] - (int)(color >> 16)) <= Tolerance
            && Math.Abs(pixel[1] - (int)(color >> 8 & 255)) <= Tolerance
            && Math.Abs(pixel[2] - (int)(color & 255)) <= Tolerance;
    }

    private static byte[] Clip()
    {
        using var resource = typeof(LibraryTrial).Assembly.GetManifestResourceStream("trial.mp4")!;
        using var content = new MemoryStream();
        resource.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Runs the trial of the libraries of one version.</summary>
    /// <returns>Null if they passed; else why not.</returns>
    internal static string? Run(LibavLayout layout)
    {
        string assembly = typeof(LibraryTrial).Assembly.Location;
        if (assembly.Length == 0 || Host() is not { } host) return "it has to be tried in a process of its own, which needs the dotnet program and this library as a file";
        string configuration = Path.Combine(Path.GetTempPath(), $"videomamba-{Guid.NewGuid():N}.runtimeconfig.json");
        try
        {
            File.WriteAllText(configuration, $$"""
                { "runtimeOptions": {
                    "framework": { "name": "Microsoft.NETCore.App", "version": "{{Environment.Version}}" },
                    "configProperties": { "System.Globalization.Invariant": true } } }
                """);
            return Run(new ProcessStartInfo(host) { ArgumentList = { "exec", "--runtimeconfig", configuration, assembly, layout.Format.ToString(CultureInfo.InvariantCulture) } });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return $"it could not be tried: {e.Message}";
        }
        finally
        {
            File.Delete(configuration);
        }
    }

    private static string? Run(ProcessStartInfo start)
    {
        (start.RedirectStandardError, start.RedirectStandardOutput, start.RedirectStandardInput) = (true, true, true);
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0"; // a crash is an answer here
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = process.StandardError.ReadToEndAsync();
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            return "the trial did not end";
        }

        if (process.ExitCode == 0) return null;
        string line = said.GetAwaiter().GetResult().AsSpan().Trim().ToString().Split('\n')[0].Trim();
        return process.ExitCode == 1 && line.Length > 0 ? $"the trial failed: {line}" : $"the trial's process ended with code {process.ExitCode}";
    }

    /// <summary>The dotnet program that belongs to the running runtime; null where the app brings its own runtime.</summary>
    private static string? Host()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : null;
    }
}
