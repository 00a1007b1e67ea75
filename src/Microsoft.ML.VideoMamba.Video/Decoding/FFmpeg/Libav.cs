#pragma warning disable IDE1006, SYSLIB1054 // FFmpeg's own names
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>The functions of FFmpeg's libraries that decoding takes, under their own names. <see cref="LibavLibraries"/> says which files they come from.</summary>
internal static unsafe partial class Libav
{
    public const string Format = "avformat", Codec = "avcodec", Util = "avutil", Scale = "swscale";

    public const int VideoMedia = 0, Rgb24 = 2, Bicubic = 4, LogQuiet = -8, UnsetColorSpace = 2, SkipNothing = 0, SkipNonReference = 8;
    public const int SeekSize = 0x10000, SeekForce = 0x20000;

    /// <summary>AVERROR(EAGAIN): Linux and Windows say 11, macOS 35.</summary>
    public static readonly int TryAgain = OperatingSystem.IsMacOS() ? -35 : -11;

    /// <summary>AVERROR_EOF.</summary>
    public const int EndOfFile = -541478725;

    /// <summary>AVERROR_INVALIDDATA.</summary>
    public const int InvalidData = -1094995529;

    [LibraryImport(Format)]
    public static partial AVFormatContext* avformat_alloc_context();

    [LibraryImport(Format, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int avformat_open_input(AVFormatContext** context, string url, void* format, AVDictionary** options);

    [LibraryImport(Format)]
    public static partial int avformat_find_stream_info(AVFormatContext* context, AVDictionary** options);

    [LibraryImport(Format)]
    public static partial int av_read_frame(AVFormatContext* context, AVPacket* packet);

    [LibraryImport(Format)]
    public static partial void avformat_close_input(AVFormatContext** context);

    [LibraryImport(Format)]
    public static partial AVRational av_guess_frame_rate(AVFormatContext* context, AVStream* stream, AVFrame* frame);

    /// <summary>Up to version 60.</summary>
    [LibraryImport(Format)]
    public static partial void* av_stream_get_side_data(AVStream* stream, int type, nuint* size);

    [LibraryImport(Format)]
    public static partial AVIOContext* avio_alloc_context(
        byte* buffer, int size, int writes, void* opaque, delegate* unmanaged[Cdecl]<void*, byte*, int, int> read, void* write, delegate* unmanaged[Cdecl]<void*, long, int, long> seek);

    [LibraryImport(Format)]
    public static partial void avio_context_free(AVIOContext** context);

    [LibraryImport(Codec)]
    public static partial AVCodec* avcodec_find_decoder(int id);

    [LibraryImport(Codec)]
    [return: MarshalUsing(typeof(BorrowedUtf8))]
    public static partial string avcodec_get_name(int id);

    [LibraryImport(Codec)]
    public static partial AVCodecContext* avcodec_alloc_context3(AVCodec* codec);

    [LibraryImport(Codec)]
    public static partial int avcodec_parameters_to_context(AVCodecContext* context, AVCodecParameters* parameters);

    [LibraryImport(Codec)]
    public static partial int avcodec_open2(AVCodecContext* context, AVCodec* codec, AVDictionary** options);

    [LibraryImport(Codec)]
    public static partial void avcodec_free_context(AVCodecContext** context);

    [LibraryImport(Codec)]
    public static partial int avcodec_send_packet(AVCodecContext* context, AVPacket* packet);

    [LibraryImport(Codec)]
    public static partial int avcodec_receive_frame(AVCodecContext* context, AVFrame* frame);

    [LibraryImport(Codec)]
    public static partial void avcodec_flush_buffers(AVCodecContext* context);

    [LibraryImport(Codec)]
    public static partial AVPacket* av_packet_alloc();

    [LibraryImport(Codec)]
    public static partial void av_packet_unref(AVPacket* packet);

    [LibraryImport(Codec)]
    public static partial void av_packet_free(AVPacket** packet);

    /// <summary>From version 61 on. Returns an AVPacketSideData: the data, then its size.</summary>
    [LibraryImport(Codec)]
    public static partial void** av_packet_side_data_get(void* sideData, int count, int type);

    [LibraryImport(Util)]
    public static partial AVFrame* av_frame_alloc();

    [LibraryImport(Util)]
    public static partial void av_frame_free(AVFrame** frame);

    [LibraryImport(Util, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_opt_set_int(void* target, string name, long value, int search);

    [LibraryImport(Util, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int av_dict_set(AVDictionary** dictionary, string key, string value, int flags);

    [LibraryImport(Util)]
    public static partial void av_dict_free(AVDictionary** dictionary);

    [LibraryImport(Util)]
    public static partial void* av_malloc(nuint size);

    [LibraryImport(Util)]
    public static partial void av_freep(void** memory);

    [LibraryImport(Util)]
    public static partial int av_strerror(int error, byte* text, nuint size);

    [LibraryImport(Util)]
    public static partial void av_log_set_level(int level);

    [LibraryImport(Util)]
    [return: MarshalUsing(typeof(BorrowedUtf8))]
    public static partial string av_version_info();

    [LibraryImport(Scale)]
    public static partial SwsContext* sws_getContext(
        int width, int height, int format, int newWidth, int newHeight, int newFormat, int flags, void* sourceFilter, void* targetFilter, double* parameters);

    [LibraryImport(Scale)]
    public static partial void sws_freeContext(SwsContext* context);

    [LibraryImport(Scale)]
    public static partial int* sws_getCoefficients(int colorSpace);

    [LibraryImport(Scale)]
    public static partial int sws_getColorspaceDetails(
        SwsContext* context, int** inverse, int* range, int** table, int* newRange, int* brightness, int* contrast, int* saturation);

    [LibraryImport(Scale)]
    public static partial int sws_setColorspaceDetails(
        SwsContext* context, int* inverse, int range, int* table, int newRange, int brightness, int contrast, int saturation);

    [LibraryImport(Scale)]
    public static partial int sws_scale(SwsContext* context, byte** planes, int* lineSizes, int top, int height, byte** newPlanes, int* newLineSizes);

    /// <summary>What FFmpeg says of an error.</summary>
    public static string Explain(int error)
    {
        const int size = 256;
        byte* text = stackalloc byte[size];
        _ = av_strerror(error, text, size);
        return Marshal.PtrToStringUTF8((nint)text) ?? "";
    }

    /// <summary>A string that belongs to the library and is not freed.</summary>
    [CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedOut, typeof(BorrowedUtf8))]
    public static class BorrowedUtf8
    {
        public static string ConvertToManaged(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
    }
}
