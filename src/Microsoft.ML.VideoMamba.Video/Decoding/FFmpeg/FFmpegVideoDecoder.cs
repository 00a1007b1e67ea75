namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// Frames through the machine's FFmpeg libraries. A packet that cannot be read or decoded is skipped and counted, and decoding goes on behind it;
/// frames whose size changes on the way are scaled to the size that the header says.
/// </summary>
internal sealed unsafe class FFmpegVideoDecoder : IVideoDecoder
{
    private const int MaxFailures = 1024; // in a row, without any packet taken: the decoder is stuck
    private const int MaxThreads = 16;
    private const int MaxCountHint = 10_000_000;

    private readonly VideoDecoderOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly LibavLayout _layout;
    private readonly VideoInput _input;
    private readonly PixelConverter _converter;
    private readonly FrameOrientation _orientation;
    private readonly int _codedWidth, _codedHeight;
    private AVCodecContext* _codec;
    private AVPacket* _packet;
    private AVFrame* _frame;
    private bool _flushing, _ended, _damaged;
    private int _lastError;

    public FFmpegVideoDecoder(VideoSource source, VideoDecoderOptions options, LibavLibraries libraries, CancellationToken cancellation)
    {
        (Name, Backend, _options, _cancellation, _layout) = (source.Name, libraries.Description, options, cancellation, libraries.Layout);
        _input = new VideoInput(source, _layout, options.MaxPixels);
        try
        {
            (_codedWidth, _codedHeight, _orientation) = (_input.Width, _input.Height, _input.Orientation);
            (Width, Height) = _orientation.SwapsSides ? (_codedHeight, _codedWidth) : (_codedWidth, _codedHeight);
            Codec = Libav.avcodec_get_name(_input.CodecId);
            CheckSize();
            OpenCodec();
            _packet = Libav.av_packet_alloc();
            _frame = Libav.av_frame_alloc();
            if (_packet is null || _frame is null) throw new InsufficientMemoryException("FFmpeg could not allocate a frame.");
            _converter = new PixelConverter(_codedWidth, _codedHeight);
            double rate = _input.FramesPerSecond;
            FramesPerSecond = rate is >= 1 and <= 1000 ? rate : 0;
            FrameCountHint = _input.FrameCount is >= 1 and <= MaxCountHint and var count ? (int)count : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public string Backend { get; }

    public string Codec { get; }

    public int Width { get; }

    public int Height { get; }

    public int Rotation => _orientation.Rotation;

    public double FramesPerSecond { get; }

    public int? FrameCountHint { get; }

    public int Position { get; private set; } = -1;

    public double Timestamp { get; private set; }

    public int Gaps { get; private set; }

    public bool MoveNext()
    {
        if (_ended) return false;
        if (!Receive()) return End();
        if (!_damaged) return true;
        (_damaged, Gaps) = (false, Gaps + 1);
        if (_options.Strict) ThrowDamaged();
        return true;
    }

    public void CopyTo(Span<byte> rgb)
    {
        if (_ended || Position < 0) throw new InvalidOperationException("There is no current frame.");
        if (rgb.Length != (long)Height * Width * 3) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {Height} x {Width} x 3.", nameof(rgb));
        var converted = _converter.Convert(_frame, _layout.Shape(_frame));
        if (converted.IsEmpty) throw new VideoException(Name, "convert", $"frame {Position} could not be converted");
        _orientation.Write(converted, _converter.Stride, _codedHeight, _codedWidth, rgb);
    }

    public void Dispose()
    {
        AVCodecContext* codec = _codec;
        AVFrame* frame = _frame;
        AVPacket* packet = _packet;
        Libav.avcodec_free_context(&codec);
        Libav.av_frame_free(&frame);
        Libav.av_packet_free(&packet);
        _codec = null;
        _frame = null;
        _packet = null;
        _converter?.Dispose();
        _input.Dispose();
        _ended = true;
    }

    private void CheckSize()
    {
        if (Width < 1 || Height < 1) throw new VideoException(Name, "header", $"the header says {Width} x {Height} pixels");
        if ((long)Width * Height > _options.MaxPixels) throw new VideoException(Name, "header", $"{Width} x {Height} exceeds the limit of {_options.MaxPixels} pixels");
    }

    private void OpenCodec()
    {
        var decoder = Libav.avcodec_find_decoder(_input.CodecId);
        if (decoder is null) throw new VideoException(Name, "open", $"not a readable video: this FFmpeg has no decoder for the codec {Codec}");
        _codec = Libav.avcodec_alloc_context3(decoder);
        if (_codec is null) throw new InsufficientMemoryException("FFmpeg could not allocate a decoder.");
        int status = Libav.avcodec_parameters_to_context(_codec, _input.Parameters);
        _ = Libav.av_opt_set_int(_codec, "threads", _options.Threads > 0 ? _options.Threads : Math.Min(Environment.ProcessorCount, MaxThreads), 0);
        _ = Libav.av_opt_set_int(_codec, "max_pixels", _options.MaxPixels, 0);
        if (status >= 0) status = Libav.avcodec_open2(_codec, decoder, null);
        if (status < 0) throw new VideoException(Name, "open", $"not a readable video: the decoder for the codec {Codec} cannot be opened: {Libav.Explain(status)}");
    }

    /// <summary>Decodes until there is a frame.</summary>
    private bool Receive()
    {
        for (int failed = 0; failed < MaxFailures;)
        {
            int status = Libav.avcodec_receive_frame(_codec, _frame);
            if (status >= 0)
            {
                Position++;
                Timestamp = _input.Seconds(_layout.BestTimestamp(_frame));
                return true;
            }

            if (status == Libav.EndOfFile) return false;
            if (status == Libav.TryAgain)
            {
                _cancellation.ThrowIfCancellationRequested();
                Send();
                failed = 0;
            }
            else
            {
                (failed, _damaged, _lastError) = (failed + 1, true, status);
            }
        }

        return false;
    }

    /// <summary>Hands the decoder the next packet, or word that there is none.</summary>
    private void Send()
    {
        bool damaged = false;
        if (!_flushing && _input.Read(_packet, out damaged))
        {
            _damaged |= damaged;
            int status = Libav.avcodec_send_packet(_codec, _packet);
            Libav.av_packet_unref(_packet);
            if (status < 0) (_damaged, _lastError) = (true, status);
            return;
        }

        _damaged |= damaged;
        _flushing = true;
        _ = Libav.avcodec_send_packet(_codec, null);
    }

    private bool End()
    {
        _ended = true;
        if (_damaged && Position >= 0)
        {
            (_damaged, Gaps) = (false, Gaps + 1);
            if (_options.Strict) ThrowDamaged();
        }

        if (Position >= 0) return false;
        string codec = Codec.Length > 0 ? $" of the codec {Codec.ToUpperInvariant()}" : "";
        throw new VideoException(Name, "decode", _lastError == 0 ? "no frame could be decoded" : $"no frame{codec} could be decoded: {Libav.Explain(_lastError)}");
    }

    /// <summary>Counts what can still be decoded, so that the error says how much of the file is sound.</summary>
    private void ThrowDamaged()
    {
        while (!_ended && Receive())
        {
            if (_damaged) Gaps++;
            _damaged = false;
        }

        if (_damaged) Gaps++;
        _ended = true;
        string claimed = FrameCountHint is { } count ? $" of {count}" : "";
        throw new VideoException(Name, "decode", $"the file is damaged: {Position + 1}{claimed} frames decoded, {Gaps} gaps");
    }
}
