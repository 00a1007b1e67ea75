using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>
/// Frames through OpenCV's FFmpeg. Frames are grabbed one by one and never sought (seeks are slower, and wrong in several containers), counts and
/// rates of the header are hints, and a failed grab is tried again, as it may be a damaged packet with good frames behind it.
/// A size change inside the stream goes unseen: OpenCV repeats the last picture of the first size.
/// </summary>
internal sealed class OpenCvVideoDecoder : IVideoDecoder
{
    private const int ThreadsProperty = 70; // CAP_PROP_N_THREADS has no enum member
    private const int MaxFailedGrabs = 32;
    private const int MaxCountHint = 10_000_000;

    private static readonly FileKnowledge<StreamFacts> s_facts = new(capacity: 1 << 20, _ => 1);
    private static readonly FileKnowledge<double[]> s_times = new(capacity: 1 << 23, times => times.Length); // 64 MB over all files

    private readonly FileIdentity? _file;
    private readonly VideoDecoderOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly VideoCapture _capture;
    private readonly Mat _coded, _shown;
    private readonly StreamFacts? _facts;
    private readonly double[]? _knownTimes;
    private readonly List<double> _times = [];
    private bool _ended;

    /// <summary>Opens a video.</summary>
    /// <param name="source">The video.</param>
    /// <param name="path">A file that it lies in.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="cancellation">Ends the decoding between two frames.</param>
    public OpenCvVideoDecoder(VideoSource source, string path, VideoDecoderOptions options, CancellationToken cancellation)
    {
        var runtime = OpenCvRuntime.Load();
        (Name, Backend, _options, _cancellation) = (source.Name, runtime.Description, options, cancellation);
        _file = FileIdentity.Of(source);
        _facts = Facts(runtime.Libav, path);
        if (!options.Strict && s_times.TryRecall(_file, out var times)) _knownTimes = times; // strictness wants to see all damage
        int[] parameters = options.Threads > 0 ? [ThreadsProperty, options.Threads] : [];
        (_coded, _shown) = (new Mat(), new Mat());
        _capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG, parameters);
        try
        {
            if (!_capture.IsOpened()) throw new VideoException(Name, "open", WhyNotOpened());
            ReadHeader();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public string Backend { get; }

    public string Codec { get; private set; } = "";

    public int Width { get; private set; }

    public int Height { get; private set; }

    public int Rotation { get; private set; }

    public double FramesPerSecond { get; private set; }

    public int? FrameCountHint { get; private set; }

    public int Position { get; private set; } = -1;

    public double Timestamp { get; private set; }

    public int Gaps { get; private set; }

    public IReadOnlyList<double>? KnownTimes => _knownTimes;

    private FrameOrientation? Mirrored => _facts is { Orientation: { IsMirrored: true } orientation } ? orientation : null;

    public bool MoveNext()
    {
        if (_ended) return false;
        _cancellation.ThrowIfCancellationRequested();
        bool skipped = false;
        for (int failed = 0; !_capture.Grab(); skipped = true)
        {
            if (++failed == MaxFailedGrabs) return End();
        }

        Position++;
        Timestamp = _capture.Get(VideoCaptureProperties.PosMsec) / 1000;
        if (_knownTimes is null) _times.Add(Timestamp);
        if (!skipped) return true;
        Gaps++;
        if (_options.Strict) ThrowDamaged();
        return true;
    }

    public bool MoveTo(int position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(position, Position);
        bool there = IVideoDecoder.StepTo(this, position);
        if (_knownTimes is null || position >= _knownTimes.Length) return there;
        if (there && Gaps == 0 && Timestamp == _knownTimes[position]) return true;

        // The file is not what it was when it was read whole.
        s_times.Forget(_file);
        s_facts.Forget(_file);
        _ended = true;
        return false;
    }

    public void CopyTo(Span<byte> rgb)
    {
        if (_ended || Position < 0) throw new InvalidOperationException("There is no current frame.");
        try
        {
            if (!_capture.Retrieve(_coded) || _coded.Empty()) throw new VideoException(Name, "convert", $"frame {Position} could not be converted");
            if (_facts is { ColorSpace: StreamFacts.Bt709 }) ColorMatrix.CorrectBt709(_coded);
            Mirrored?.Apply(_coded, _shown);
            var frame = Mirrored is null ? _coded : _shown;
            if (frame.Width != Width || frame.Height != Height) throw new VideoException(Name, "convert", $"frame {Position} is {frame.Width} x {frame.Height}, the video is {Width} x {Height}");
            RgbConversion.Write(frame, rgb, Height, Width);
        }
        catch (OpenCVException e)
        {
            throw new VideoException(Name, "convert", $"frame {Position} could not be converted: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        _capture.Dispose();
        _coded.Dispose();
        _shown.Dispose();
    }

    private void ReadHeader()
    {
        // OpenCV turns frames by itself, but a mirrored display matrix it takes for a turn: there the frames are taken as coded.
        if (Mirrored is not null) _capture.Set(VideoCaptureProperties.OrientationAuto, 0);
        (Width, Height) = (_capture.FrameWidth, _capture.FrameHeight);
        if (Mirrored is { SwapsSides: true }) (Width, Height) = (Height, Width);
        if (Width < 1 || Height < 1) throw new VideoException(Name, "header", $"the header says {Width} x {Height} pixels");
        if ((long)Width * Height > _options.MaxPixels) throw new VideoException(Name, "header", $"{Width} x {Height} exceeds the limit of {_options.MaxPixels} pixels");

        double rate = _capture.Fps, count = _capture.Get(VideoCaptureProperties.FrameCount);
        FramesPerSecond = rate is >= 1 and <= 1000 ? rate : 0;
        FrameCountHint = count is >= 1 and <= MaxCountHint ? (int)count : null;
        Rotation = Mirrored is null ? (((int)_capture.Get(VideoCaptureProperties.OrientationMeta) % 360) + 360) % 360 : 0;
        Codec = _facts?.Codec ?? _capture.FourCC ?? "";
    }

    private StreamFacts? Facts(LibavExports? libav, string path)
    {
        if (libav is null) return null;
        if (s_facts.TryRecall(_file, out var known)) return known;
        var facts = libav.Read(path);
        if (facts.Status == 0) s_facts.Remember(_file, facts);
        return facts;
    }

    private string WhyNotOpened() => _facts is { Status: StreamFacts.NoVideoStream }
        ? "the file has no video stream"
        : "not a readable video (container not recognised, index missing or codec unknown)";

    private bool End()
    {
        _ended = true;
        if (Position >= 0)
        {
            if (Gaps == 0 && _times.Count > 0 && FrameTimes.Rise(_times)) s_times.Remember(_file, [.. _times]);
            return false;
        }

        throw new VideoException(Name, "decode", Codec.ToUpperInvariant() is "AV1" or "AV01"
            ? "no frame could be decoded: the codec is AV1, which this build of OpenCV cannot decode; install the FFmpeg libraries or re-encode the file"
            : "no frame could be decoded");
    }

    /// <summary>Counts what can still be decoded, so that the error says how much of the file is sound.</summary>
    private void ThrowDamaged()
    {
        int failed = 0;
        for (bool skipped = false; failed < MaxFailedGrabs;)
        {
            if (!_capture.Grab())
            {
                (failed, skipped) = (failed + 1, true);
                continue;
            }

            if (skipped) Gaps++;
            (failed, skipped) = (0, false);
            Position++;
        }

        _ended = true;
        string claimed = FrameCountHint is { } count ? $" of {count}" : "";
        throw new VideoException(Name, "decode", $"the file is damaged: {Position + 1}{claimed} frames decoded, {Gaps} gaps");
    }
}
