namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// Frames through the machine's FFmpeg libraries. A packet that cannot be read or decoded is skipped and counted, and decoding goes on behind it;
/// frames whose size changes on the way are scaled to the size that the header says. Of a file that was decoded whole before, packets that no wanted
/// frame needs are left out: all of them up to a key frame, and then those that no other frame refers to.
/// </summary>
internal sealed unsafe class FFmpegVideoDecoder : IVideoDecoder
{
    private const int MaxFailures = 1024; // in a row, without any packet taken: the decoder is stuck
    private const int MaxThreads = 16;
    private const int MaxCountHint = 10_000_000;
    private const int ShortestLeap = 8; // frames; starting again at a key frame empties the decoding threads

    private readonly VideoSource _source;
    private readonly VideoDecoderOptions _options;
    private readonly CancellationToken _cancellation;
    private readonly LibavLayout _layout;
    private readonly VideoInput _input;
    private readonly PixelConverter _converter;
    private readonly FrameTable? _table;
    private readonly double[]? _knownTimes;
    private readonly int? _claimedCount;
    private readonly Lazy<int?> _countHint;
    private FrameTable.Recorder? _recorder;
    private AVCodecContext* _codec;
    private AVPacket* _packet;
    private AVFrame* _frame;
    private bool _flushing, _ended, _damaged;
    private int _lastError, _skipping;
    private int _lastKey = -1; // the last key frame whose packet was sent
    private int _restart = -1; // the key frame before whose packet nothing is sent

    public FFmpegVideoDecoder(VideoSource source, VideoDecoderOptions options, LibavLibraries libraries, CancellationToken cancellation)
    {
        (_source, _options, _cancellation, _layout) = (source, options, cancellation, libraries.Layout);
        (Name, Backend) = (source.Name, libraries.Description);
        _input = new VideoInput(source, _layout, options.MaxPixels);
        try
        {
            var orientation = _input.Orientation;
            Rotation = orientation.Rotation;
            (Width, Height) = orientation.SwapsSides ? (_input.Height, _input.Width) : (_input.Width, _input.Height);
            Codec = Libav.avcodec_get_name(_input.CodecId);
            CheckSize();
            OpenCodec();
            _packet = Libav.av_packet_alloc();
            _frame = Libav.av_frame_alloc();
            if (_packet is null || _frame is null) throw new InsufficientMemoryException("FFmpeg could not allocate a frame.");
            _converter = new PixelConverter(_input.Width, _input.Height, orientation);
            double rate = _input.FramesPerSecond;
            FramesPerSecond = rate is >= 1 and <= 1000 ? rate : 0;
            _claimedCount = _input.FrameCount is >= 1 and <= MaxCountHint and var count ? (int)count : null;
            _countHint = new Lazy<int?>(CountPackets);
            _table = options.Strict ? null : FrameTables.Recall(source); // strictness wants to see all damage
            _knownTimes = _table?.Times(_input.Seconds);
            _recorder = _table is null ? new FrameTable.Recorder() : null;
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

    public int Rotation { get; }

    public double FramesPerSecond { get; }

    /// <summary>Headers lie more often than not; the packets, which are read much faster than decoded, hardly ever do.</summary>
    public int? FrameCountHint => _table?.Frames ?? _countHint.Value;

    public IReadOnlyList<double>? KnownTimes => _knownTimes;

    public int Position { get; private set; } = -1;

    public double Timestamp { get; private set; }

    public int Gaps { get; private set; }

    public bool MoveNext()
    {
        if (_ended) return false;
        if (!Receive())
        {
            End();
            return false;
        }

        Place(Position + 1);
        if (!_damaged) return true;
        (_damaged, Gaps, _recorder) = (false, Gaps + 1, null);
        if (_options.Strict) ThrowDamaged();
        return true;
    }

    public bool MoveTo(int position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(position, Position);
        if (_table is null) return IVideoDecoder.StepTo(this, position);
        if (_ended || position >= _table.Frames) return false;
        int key = _table.KeyBefore(position);
        _restart = key > _lastKey && key - Position > ShortestLeap ? key : -1;
        while (Receive(position))
        {
            int found = _table.Find(_layout.BestTimestamp(_frame));
            if (_damaged || found < 0 || found > position) break;
            if (found < position) continue;
            Place(position);
            return true;
        }

        // The file is not what it was when the table was made.
        FrameTables.Forget(_source);
        return !(_ended = true);
    }

    public void CopyTo(Span<byte> rgb)
    {
        if (_ended || Position < 0) throw new InvalidOperationException("There is no current frame.");
        if (rgb.Length != (long)Height * Width * 3) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {Height} x {Width} x 3.", nameof(rgb));
        if (!_converter.Convert(_frame, _layout.Shape(_frame), rgb)) throw new VideoException(Name, "convert", $"frame {Position} could not be converted");
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

    private int? CountPackets()
    {
        AVPacket* packet = Libav.av_packet_alloc();
        if (packet is null) return _claimedCount;
        try
        {
            using var input = new VideoInput(_source, _layout, _options.MaxPixels, onlyPackets: true);
            int count = 0;
            for (bool damaged; input.Read(packet, out damaged); Libav.av_packet_unref(packet))
            {
                _cancellation.ThrowIfCancellationRequested();
                if (!IsHidden(packet)) count++;
                if (damaged || count > MaxCountHint) return _claimedCount;
            }

            return count > 0 ? count : _claimedCount;
        }
        finally
        {
            Libav.av_packet_free(&packet);
        }
    }

    /// <summary>Whether a packet's frame is not shown: it lies before a cut, or is one that VP8 only refers to.</summary>
    private bool IsHidden(AVPacket* packet)
    {
        const byte shown = 0x10;
        return LibavLayout.Flags(packet).HasFlag(PacketFlags.Discard) || (Codec == "vp8" && LibavLayout.Data(packet) is [var first, ..] && (first & shown) == 0);
    }

    private void Place(int position)
    {
        long timestamp = _layout.BestTimestamp(_frame);
        _recorder?.AddFrame(timestamp);
        (Position, Timestamp) = (position, _input.Seconds(timestamp));
    }

    /// <summary>Decodes until there is a frame.</summary>
    /// <param name="wanted">Frames before this one need not be decoded, where a table tells which they are.</param>
    private bool Receive(int wanted = 0)
    {
        for (int failed = 0; failed < MaxFailures;)
        {
            int status = Libav.avcodec_receive_frame(_codec, _frame);
            if (status >= 0) return true;
            if (status == Libav.EndOfFile) return false;
            if (status == Libav.TryAgain)
            {
                _cancellation.ThrowIfCancellationRequested();
                Send(wanted);
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
    private void Send(int wanted)
    {
        bool damaged = false;
        while (!_flushing && _input.Read(_packet, out damaged))
        {
            _damaged |= damaged;
            int status = IsLeftOut(wanted) ? 0 : Libav.avcodec_send_packet(_codec, _packet);
            if (LibavLayout.Data(_packet).IsEmpty) status = 0; // Theora's way to repeat a frame, which newer decoders refuse
            Libav.av_packet_unref(_packet);
            if (_restart >= 0) continue;
            if (status < 0) (_damaged, _lastError) = (true, status);
            return;
        }

        _damaged |= damaged;
        _flushing = true;
        _ = Libav.avcodec_send_packet(_codec, null);
    }

    /// <summary>Takes note of a packet; with a table, has the decoder leave out what no frame from the wanted one on needs.</summary>
    /// <returns>Whether the packet is not to be sent at all.</returns>
    private bool IsLeftOut(int wanted)
    {
        long timestamp = LibavLayout.Timestamp(_packet);
        var flags = LibavLayout.Flags(_packet);
        _recorder?.AddPacket(timestamp, flags);
        if (_table is null) return false;

        int frame = _table.Find(timestamp);
        if (_restart >= 0)
        {
            if (frame != _restart) return true;
            _restart = -1;
            Libav.avcodec_flush_buffers(_codec);
        }

        if (flags.HasFlag(PacketFlags.Key)) _lastKey = Math.Max(_lastKey, frame);
        Skip(frame >= 0 && frame < wanted ? Libav.SkipNonReference : Libav.SkipNothing);
        return false;
    }

    private void Skip(int what)
    {
        if (what == _skipping) return;
        _ = Libav.av_opt_set_int(_codec, "skip_frame", what, 0);
        _skipping = what;
    }

    private void End()
    {
        _ended = true;
        if (_damaged && Position >= 0)
        {
            (_damaged, Gaps) = (false, Gaps + 1);
            if (_options.Strict) ThrowDamaged();
        }

        if (Position < 0) throw new VideoException(Name, "decode", _lastError == 0 ? "no frame could be decoded" : $"no frame ({Codec}) could be decoded: {Libav.Explain(_lastError)}");
        if (Gaps == 0 && _recorder?.Finish() is { } table) FrameTables.Remember(_source, table);
    }

    /// <summary>Counts what can still be decoded, so that the error says how much of the file is sound.</summary>
    private void ThrowDamaged()
    {
        for (; !_ended && Receive(); Position++)
        {
            if (_damaged) Gaps++;
            _damaged = false;
        }

        if (_damaged) Gaps++;
        _ended = true;
        string claimed = _claimedCount is { } count ? $" of {count}" : "";
        throw new VideoException(Name, "decode", $"the file is damaged: {Position + 1}{claimed} frames decoded, {Gaps} gaps");
    }
}
