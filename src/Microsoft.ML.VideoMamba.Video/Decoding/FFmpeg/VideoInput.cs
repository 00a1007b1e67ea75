namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>An opened container: its first video stream's facts and, one by one, its packets.</summary>
internal sealed unsafe class VideoInput : IDisposable
{
    private const int MaxFailedReads = 32;

    private readonly LibavLayout _layout;
    private readonly MemoryInput? _memory;
    private readonly int _index = -1;
    private AVFormatContext* _context;

    /// <summary>Opens a container.</summary>
    /// <param name="source">The video.</param>
    /// <param name="layout">The structures of the libraries in use.</param>
    /// <param name="maxPixels">Larger frames are not decoded.</param>
    /// <param name="onlyPackets">Whether packets are all that is wanted: then no frames are decoded to complete what the header says, if it names the streams.</param>
    /// <exception cref="VideoException">It is not a video.</exception>
    public VideoInput(VideoSource source, LibavLayout layout, long maxPixels, bool onlyPackets = false)
    {
        _layout = layout;
        _context = Libav.avformat_alloc_context();
        if (_context is null) throw new InsufficientMemoryException("FFmpeg could not allocate a container.");
        try
        {
            if (source.Path is null)
            {
                _memory = new MemoryInput(source.Content);
                LibavLayout.SetInput(_context, _memory.Context);
            }

            Open(source);
            if (!onlyPackets || LibavLayout.StreamCount(_context) == 0) FindStreams(source, maxPixels);
            for (int i = LibavLayout.StreamCount(_context) - 1; i >= 0; i--)
            {
                if (LibavLayout.MediaType(layout.Parameters(layout.Stream(_context, i))) == Libav.VideoMedia) _index = i;
            }

            if (_index < 0) throw new VideoException(source.Name, "open", "the file has no video stream");
            for (int i = 0; i < LibavLayout.StreamCount(_context); i++)
            {
                if (i != _index) layout.Discard(layout.Stream(_context, i));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public AVCodecParameters* Parameters => _layout.Parameters(Stream);

    public int Width => _layout.Width(Parameters);

    public int Height => _layout.Height(Parameters);

    public int CodecId => LibavLayout.CodecId(Parameters);

    public FrameOrientation Orientation => _layout.Orientation(Stream);

    /// <summary>The average if the container has one, else a guess; 0 if there is none.</summary>
    public double FramesPerSecond => _layout.AverageFrameRate(Stream) is { Numerator: > 0, Denominator: > 0 } average
        ? average.Value
        : Libav.av_guess_frame_rate(_context, Stream, null).Value;

    /// <summary>How many frames the header claims; 0 if it says nothing.</summary>
    public long FrameCount
    {
        get
        {
            long count = _layout.FrameCount(Stream);
            return count > 0 ? count : (long)Math.Floor(Duration * FramesPerSecond + 0.5);
        }
    }

    private AVStream* Stream => _layout.Stream(_context, _index);

    private double Duration
    {
        get
        {
            long stream = _layout.Duration(Stream), container = _layout.ContainerDuration(_context);
            return stream > 0 ? stream * _layout.TimeBase(Stream).Value : container > 0 ? container / 1e6 : 0;
        }
    }

    /// <summary>From the stream's clock to seconds from the stream's start; 0 if the time is unknown.</summary>
    public double Seconds(long timestamp)
    {
        long start = _layout.StartTime(Stream);
        return timestamp == LibavLayout.NoTime ? 0 : (timestamp - (start == LibavLayout.NoTime ? 0 : start)) * _layout.TimeBase(Stream).Value;
    }

    /// <summary>Reads the stream's next packet, over damaged places.</summary>
    /// <param name="packet">Takes the packet; what it held before must be released.</param>
    /// <param name="damaged">Whether something could not be read on the way.</param>
    /// <returns>Whether there was one.</returns>
    public bool Read(AVPacket* packet, out bool damaged)
    {
        damaged = false;
        for (int failed = 0; failed < MaxFailedReads;)
        {
            int status = Libav.av_read_frame(_context, packet);
            if (status == Libav.EndOfFile) return false;
            if (status < 0)
            {
                (failed, damaged) = (failed + 1, true);
                continue;
            }

            if (LibavLayout.StreamIndex(packet) == _index)
            {
                damaged |= LibavLayout.Flags(packet).HasFlag(PacketFlags.Corrupt);
                return true;
            }

            Libav.av_packet_unref(packet);
        }

        return false;
    }

    public void Dispose()
    {
        AVFormatContext* context = _context;
        Libav.avformat_close_input(&context);
        _context = null;
        _memory?.Dispose();
    }

    private void Open(VideoSource source)
    {
        // A playlist inside the content could otherwise name addresses; the prefix keeps a file's name from being read as one.
        AVDictionary* options = null;
        _ = Libav.av_dict_set(&options, "protocol_whitelist", source.Path is null ? "none" : "file", 0);
        AVFormatContext* context = _context;
        int status = Libav.avformat_open_input(&context, source.Path is null ? "" : "file:" + source.Path, null, &options);
        _context = context;
        Libav.av_dict_free(&options);
        if (status < 0) throw NotReadable(source, status);
    }

    private void FindStreams(VideoSource source, long maxPixels)
    {
        // It decodes frames where the header does not say enough: those too are limited.
        int count = LibavLayout.StreamCount(_context);
        AVDictionary** options = stackalloc AVDictionary*[Math.Max(count, 1)];
        for (int i = 0; i < count; i++)
        {
            options[i] = null;
            _ = Libav.av_dict_set(&options[i], "max_pixels", maxPixels.ToString(System.Globalization.CultureInfo.InvariantCulture), 0);
        }

        int status = Libav.avformat_find_stream_info(_context, options);
        for (int i = 0; i < count; i++) Libav.av_dict_free(&options[i]);
        if (status < 0) throw NotReadable(source, status);
    }

    private static VideoException NotReadable(VideoSource source, int status) => new(
        source.Name, "open", $"not a readable video (container not recognised, index missing or codec unknown): {Libav.Explain(status)}");
}
