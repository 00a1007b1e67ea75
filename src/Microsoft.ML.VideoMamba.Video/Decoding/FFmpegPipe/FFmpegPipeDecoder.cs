using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;

/// <summary>Frames that the ffmpeg program writes to a pipe. The program is started at the first frame and ended with the decoder or when cancellation is asked for.</summary>
internal sealed class FFmpegPipeDecoder : IVideoDecoder
{
    private const int MaxCountHint = 10_000_000;

    private readonly string _address;
    private readonly VideoDecoderOptions _options;
    private readonly FFmpegPrograms _programs;
    private readonly CancellationToken _cancellation;
    private readonly ProbedHeader _header;
    private readonly byte[] _frame;
    private Process? _process;
    private FrameLog? _log;
    private CancellationTokenRegistration _ending;
    private bool _ended;

    public FFmpegPipeDecoder(string name, string path, VideoDecoderOptions options, FFmpegPrograms programs, CancellationToken cancellation)
    {
        // The prefix keeps a name from being read as an option or as another protocol's address.
        (Name, _address, _options, _programs, _cancellation) = (name, $"file:{path}", options, programs, cancellation);
        _header = ProbedHeader.Read(programs, name, _address, options, cancellation);
        (Width, Height) = _header.Orientation.SwapsSides ? (_header.Height, _header.Width) : (_header.Width, _header.Height);
        if (Width < 1 || Height < 1) throw new VideoException(Name, "header", $"the header says {Width} x {Height} pixels");
        if ((long)Width * Height > options.MaxPixels) throw new VideoException(Name, "header", $"{Width} x {Height} exceeds the limit of {options.MaxPixels} pixels");
        FramesPerSecond = _header.FramesPerSecond is >= 1 and <= 1000 ? _header.FramesPerSecond : 0;
        FrameCountHint = _header.FrameCount is >= 1 and <= MaxCountHint ? (int)_header.FrameCount : null;
        _frame = GC.AllocateUninitializedArray<byte>(checked(Width * Height * 3));
    }

    public string Name { get; }

    public string Backend => _programs.Description;

    public string Codec => _header.Codec;

    public int Width { get; }

    public int Height { get; }

    public int Rotation => _header.Orientation.Rotation;

    public double FramesPerSecond { get; }

    public int? FrameCountHint { get; }

    public int Position { get; private set; } = -1;

    public double Timestamp { get; private set; }

    public int Gaps { get; private set; }

    public bool MoveNext()
    {
        if (_ended) return false;
        Start();
        int gaps = Gaps;
        if (!Receive()) return End();
        if (_options.Strict && Gaps > gaps) ThrowDamaged();
        return true;
    }

    public void CopyTo(Span<byte> rgb)
    {
        if (_ended || Position < 0) throw new InvalidOperationException("There is no current frame.");
        if (rgb.Length != _frame.Length) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {Height} x {Width} x 3.", nameof(rgb));
        _header.Orientation.Write(_frame, _header.Width * 3, _header.Height, _header.Width, rgb);
    }

    public void Dispose()
    {
        _ended = true;
        _ending.Dispose();
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _log?.Dispose();
        _process = null;
    }

    private void Start()
    {
        if (_process is not null) return;
        string[] threads = _options.Threads > 0 ? ["-threads", _options.Threads.ToString(CultureInfo.InvariantCulture)] : [];
        _process = _programs.Decode(
        [
            "-hide_banner", "-nostdin", "-nostats", "-v", "level+info", "-copyts", "-noautorotate", "-max_error_rate", "1",
            "-protocol_whitelist", "file", "-max_pixels", _options.MaxPixels.ToString(CultureInfo.InvariantCulture), .. threads, "-i", _address,
            "-map", "0:v:0", "-vf", string.Create(CultureInfo.InvariantCulture, $"showinfo=checksum=0,scale={_header.Width}:{_header.Height}:flags=bicubic"),
            .. _programs.KeepFrames, "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        ]);
        _log = new FrameLog(_process);
        _ending = _cancellation.Register(_process.Kill);
    }

    /// <summary>Takes the next whole frame from the pipe.</summary>
    private bool Receive()
    {
        int read = _process!.StandardOutput.BaseStream.ReadAtLeast(_frame, _frame.Length, throwOnEndOfStream: false);
        _cancellation.ThrowIfCancellationRequested();
        if (read < _frame.Length) return false;
        var (ticks, damaged) = _log!.Next();
        Position++;
        Timestamp = ticks is { } time ? (time - _header.Start) * _header.TimeBase : 0;
        if (damaged) Gaps++;
        return true;
    }

    private bool End()
    {
        _ended = true;
        _log!.WaitForEnd();
        if (Position < 0)
        {
            string error = _log.FirstError;
            throw new VideoException(Name, "decode", error.Length == 0 ? "no frame could be decoded" : $"no frame could be decoded: {error}");
        }

        if (!_log.EndsDamaged) return false;
        Gaps++;
        if (_options.Strict) ThrowDamaged();
        return false;
    }

    /// <summary>Counts what can still be decoded, so that the error says how much of the file is sound.</summary>
    private void ThrowDamaged()
    {
        while (!_ended && Receive())
        {
        }

        if (!_ended)
        {
            _log!.WaitForEnd();
            if (_log.EndsDamaged) Gaps++;
        }

        _ended = true;
        string claimed = FrameCountHint is { } count ? $" of {count}" : "";
        throw new VideoException(Name, "decode", $"the file is damaged: {Position + 1}{claimed} frames decoded, {Gaps} gaps");
    }
}
