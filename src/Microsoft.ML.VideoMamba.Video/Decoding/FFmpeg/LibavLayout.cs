namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// Where FFmpeg's structures keep the few fields that no function returns, on 64-bit systems. They move only when a library's major version
/// changes, so each set of versions has a row. A wrong number would read foreign memory: only the set that was checked field by field
/// (<see cref="IsVerified"/>) is used at once, every other one has to pass <see cref="LibraryTrial"/> first.
/// </summary>
internal sealed unsafe class LibavLayout
{
    /// <summary>FFmpeg's AV_NOPTS_VALUE: no time is known.</summary>
    public const long NoTime = long.MinValue;

    private const int PacketTimestamp = 8, PacketData = 24, PacketSize = 32, PacketStream = 36, PacketFlags = 40;
    private const int FrameLineSizes = 64, FrameWidth = 104, FrameHeight = 108, FrameFormat = 116;
    private const int ContextInput = 32, ContextStreamCount = 44, ContextStreams = 48, InputBuffer = 8;
    private const int ParametersSideData = 32, ParametersSideDataCount = 40;
    private const int DiscardAll = 48;

    // Fields that stand together in every version.
    private readonly int _containerStart; // int64 start_time, duration
    private readonly int _streamParameters;
    private readonly int _streamTimeBase; // AVRational time_base; int64 start_time, duration, nb_frames; int disposition, discard; two numbers; metadata; AVRational avg_frame_rate
    private readonly int _parametersWidth; // int width, height
    private readonly int _frameColorRange; // int color_range, primaries, transfer, colorspace, chroma_location; int64 best_effort_timestamp

    private LibavLayout(
        int format, int util, int scale, int resample, int containerStart, int streamParameters, int streamTimeBase, int parametersWidth, int frameColorRange)
    {
        (Format, Util, Scale, Resample) = (format, util, scale, resample);
        (_containerStart, _streamParameters, _streamTimeBase) = (containerStart, streamParameters, streamTimeBase);
        (_parametersWidth, _frameColorRange) = (parametersWidth, frameColorRange);
    }

    /// <summary>The versions that are known, the newest first.</summary>
    public static IReadOnlyList<LibavLayout> Known { get; } =
    [
        //  format util scale resample container parameters timebase width color
        new(63, 61, 10, 7, 96, 16, 32, 72, 280), // FFmpeg 9
        new(62, 60, 9, 6, 96, 16, 32, 72, 280), // FFmpeg 8
        new(61, 59, 8, 5, 96, 16, 32, 72, 296), // FFmpeg 7
        new(60, 58, 7, 4, 64, 16, 32, 56, 320), // FFmpeg 6
        new(59, 57, 6, 4, 64, 208, 16, 56, 320), // FFmpeg 5
        new(58, 56, 5, 3, 1088, 208, 24, 56, 384), // FFmpeg 4
    ];

    /// <summary>Major version of libavformat, and of libavcodec, which has the same.</summary>
    public int Format { get; }

    /// <summary>Major version of libavutil.</summary>
    public int Util { get; }

    /// <summary>Major version of libswscale.</summary>
    public int Scale { get; }

    /// <summary>Major version of libswresample, which libavcodec needs.</summary>
    public int Resample { get; }

    /// <summary>Whether every number of the row was compared with the headers of a library that decoded rightly with it.</summary>
    public bool IsVerified => Format == 59;

    /// <summary>From version 61 on, the display matrix lies among the stream's codec parameters.</summary>
    private bool HasSideDataInParameters => Format >= 61;

    public static int StreamCount(AVFormatContext* context) => Int(context, ContextStreamCount);

    public AVStream* Stream(AVFormatContext* context, int index) => (*(AVStream***)((byte*)context + ContextStreams))[index];

    /// <summary>The container's length in microseconds, or <see cref="NoTime"/>.</summary>
    public long ContainerDuration(AVFormatContext* context) => Long(context, _containerStart + 8);

    public static void SetInput(AVFormatContext* context, AVIOContext* input) => *(AVIOContext**)((byte*)context + ContextInput) = input;

    /// <summary>The buffer that an input holds now: it may have replaced the one that it was given.</summary>
    public static void** Buffer(AVIOContext* input) => (void**)((byte*)input + InputBuffer);

    public AVCodecParameters* Parameters(AVStream* stream) => *(AVCodecParameters**)((byte*)stream + _streamParameters);

    public AVRational TimeBase(AVStream* stream) => *(AVRational*)((byte*)stream + _streamTimeBase);

    public long StartTime(AVStream* stream) => Long(stream, _streamTimeBase + 8);

    public long Duration(AVStream* stream) => Long(stream, _streamTimeBase + 16);

    public long FrameCount(AVStream* stream) => Long(stream, _streamTimeBase + 24);

    public AVRational AverageFrameRate(AVStream* stream) => *(AVRational*)((byte*)stream + _streamTimeBase + 56);

    /// <summary>Has the demuxer drop a stream's packets.</summary>
    public void Discard(AVStream* stream) => *(int*)((byte*)stream + _streamTimeBase + 36) = DiscardAll;

    public static int MediaType(AVCodecParameters* parameters) => Int(parameters, 0);

    public static int CodecId(AVCodecParameters* parameters) => Int(parameters, 4);

    public int Width(AVCodecParameters* parameters) => Int(parameters, _parametersWidth);

    public int Height(AVCodecParameters* parameters) => Int(parameters, _parametersWidth + 4);

    public static long Timestamp(AVPacket* packet) => Long(packet, PacketTimestamp);

    public static ReadOnlySpan<byte> Data(AVPacket* packet) => new(*(byte**)((byte*)packet + PacketData), Int(packet, PacketSize));

    public static int StreamIndex(AVPacket* packet) => Int(packet, PacketStream);

    public static PacketFlags Flags(AVPacket* packet) => (PacketFlags)Int(packet, PacketFlags);

    public static byte** Planes(AVFrame* frame) => (byte**)frame;

    public static int* LineSizes(AVFrame* frame) => (int*)((byte*)frame + FrameLineSizes);

    public FrameShape Shape(AVFrame* frame) => new(
        Int(frame, FrameWidth), Int(frame, FrameHeight), Int(frame, FrameFormat), Int(frame, _frameColorRange), Int(frame, _frameColorRange + 12));

    public long BestTimestamp(AVFrame* frame) => Long(frame, _frameColorRange + 24);

    /// <summary>How a stream's frames are to be shown.</summary>
    public FrameOrientation Orientation(AVStream* stream)
    {
        const int displayMatrix = 5, integers = 9;
        nuint size = 0;
        void* data;
        if (HasSideDataInParameters)
        {
            var parameters = (byte*)Parameters(stream);
            void** entry = Libav.av_packet_side_data_get(*(void**)(parameters + ParametersSideData), Int(parameters, ParametersSideDataCount), displayMatrix);
            data = entry is null ? null : entry[0];
            size = entry is null ? 0 : (nuint)entry[1];
        }
        else
        {
            // Before version 59 the size is an int: the upper half stays 0.
            data = Libav.av_stream_get_side_data(stream, displayMatrix, &size);
        }

        return data is null || size < integers * sizeof(int) ? FrameOrientation.Upright : FrameOrientation.FromDisplayMatrix(new ReadOnlySpan<int>(data, integers));
    }

    private static int Int(void* structure, int offset) => *(int*)((byte*)structure + offset);

    private static long Long(void* structure, int offset) => *(long*)((byte*)structure + offset);
}
