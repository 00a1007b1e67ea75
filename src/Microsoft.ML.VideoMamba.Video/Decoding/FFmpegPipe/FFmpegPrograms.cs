using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;

/// <summary>The programs ffmpeg, which decodes, and ffprobe, which reads headers. They are taken from full paths only, never from the working folder.</summary>
internal sealed partial class FFmpegPrograms
{
    private static readonly Lazy<FFmpegPrograms> s_instance = new(() => new FFmpegPrograms(), LazyThreadSafetyMode.ExecutionAndPublication);

    private readonly string _decoder, _prober;
    private readonly Version _formatVersion;

    private FFmpegPrograms()
    {
        (_decoder, _prober) = (Locate("ffmpeg"), Locate("ffprobe"));
        using var process = Start(_decoder, ["-version"]);
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        _formatVersion = FormatVersion().Match(said) is { Success: true } found ? Version.Parse($"{found.Groups[1]}.{found.Groups[2]}.{found.Groups[3]}") : new Version(0, 0);
        Description = $"FFmpeg {ProgramVersion().Match(said).Groups[1].Value} as a program (libavformat {_formatVersion})";
    }

    /// <summary>The program and its version, for metadata and messages.</summary>
    public string Description { get; }

    /// <summary>Every frame once, at its own time: the option has another name before FFmpeg 5.1.</summary>
    public string[] KeepFrames => _formatVersion >= new Version(59, 27) ? ["-fps_mode", "passthrough"] : ["-vsync", "passthrough"];

    /// <summary>The machine's programs, which are looked for once.</summary>
    /// <exception cref="DllNotFoundException">They are not installed.</exception>
    public static FFmpegPrograms Find() => s_instance.Value;

    /// <summary>Starts ffmpeg.</summary>
    public Process Decode(IEnumerable<string> arguments) => Start(_decoder, arguments);

    /// <summary>Starts ffprobe.</summary>
    public Process Probe(IEnumerable<string> arguments) => Start(_prober, arguments);

    private static string Locate(string name)
    {
        string file = OperatingSystem.IsWindows() ? $"{name}.exe" : name;
        string[] folders = [Environment.GetEnvironmentVariable(VideoDecoder.FFmpegFolderVariable) ?? "", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        return folders.Where(Path.IsPathFullyQualified).Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists)
            ?? throw new DllNotFoundException($"The program {name} was not found on PATH. Install FFmpeg (Debian and Ubuntu: apt-get install ffmpeg).");
    }

    private static Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = System.Text.Encoding.UTF8,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            CreateNoWindow = true,
        };
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception e)
        {
            throw new DllNotFoundException($"The program {program} cannot be started: {e.Message}.", e);
        }
    }

    [GeneratedRegex(@"libavformat\s+(\d+)\.\s*(\d+)\.\s*(\d+) /")]
    private static partial Regex FormatVersion();

    [GeneratedRegex(@"^ffmpeg version (\S+)")]
    private static partial Regex ProgramVersion();
}
