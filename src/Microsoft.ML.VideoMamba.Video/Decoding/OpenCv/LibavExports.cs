using System.Runtime.InteropServices;
using System.Text;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>
/// The FFmpeg inside OpenCV's library, which exports its C functions. Used to read what a header says, never to decode.
/// The offsets into its structures hold for libavformat and libavcodec 61 on 64-bit systems.
/// </summary>
internal sealed unsafe class LibavExports
{
    private const int FormatMajor = 61, DisplayMatrixData = 5, VideoMedia = 0;
    private const int ContextStreams = 48, StreamParameters = 16;
    private const int ParametersCodec = 4, ParametersSideData = 32, ParametersSideDataCount = 40, ParametersColorSpace = 112;
    private const int LogQuiet = -8;
    private const int SideDataBytes = 0, SideDataSize = 8, SideDataType = 16, SideDataStride = 24, DisplayMatrixSize = 36;

    private readonly delegate* unmanaged[Cdecl]<byte**, byte*, void*, void*, int> _openInput;
    private readonly delegate* unmanaged[Cdecl]<byte*, void*, int> _findStreamInfo;
    private readonly delegate* unmanaged[Cdecl]<byte*, int, int, int, void**, int, int> _findBestStream;
    private readonly delegate* unmanaged[Cdecl]<byte**, void> _closeInput;
    private readonly delegate* unmanaged[Cdecl]<int, byte*> _codecName;
    private readonly delegate* unmanaged[Cdecl]<int, void> _setLogLevel;

    private LibavExports(nint library)
    {
        _openInput = (delegate* unmanaged[Cdecl]<byte**, byte*, void*, void*, int>)NativeLibrary.GetExport(library, "avformat_open_input");
        _findStreamInfo = (delegate* unmanaged[Cdecl]<byte*, void*, int>)NativeLibrary.GetExport(library, "avformat_find_stream_info");
        _findBestStream = (delegate* unmanaged[Cdecl]<byte*, int, int, int, void**, int, int>)NativeLibrary.GetExport(library, "av_find_best_stream");
        _closeInput = (delegate* unmanaged[Cdecl]<byte**, void>)NativeLibrary.GetExport(library, "avformat_close_input");
        _codecName = (delegate* unmanaged[Cdecl]<int, byte*>)NativeLibrary.GetExport(library, "avcodec_get_name");
        _setLogLevel = (delegate* unmanaged[Cdecl]<int, void>)NativeLibrary.GetExport(library, "av_log_set_level");
    }

    /// <summary>The exports of a loaded OpenCV; null where they are absent (other platforms link FFmpeg otherwise) or of another version.</summary>
    public static LibavExports? Find(Version version)
    {
        if (version.Major != FormatMajor || !Environment.Is64BitProcess) return null;
        return NativeLibrary.TryLoad("OpenCvSharpExtern", typeof(Cv2).Assembly, null, out nint library) && NativeLibrary.TryGetExport(library, "avformat_open_input", out _)
            ? new LibavExports(library)
            : null;
    }

    /// <summary>Keeps FFmpeg from writing to stderr. OpenCV does so itself, but only when it first opens a file.</summary>
    public void Silence() => _setLogLevel(LogQuiet);

    /// <summary>Reads the header of a file. A few milliseconds; no frame is decoded beyond what probing the header takes.</summary>
    public StreamFacts Read(string path)
    {
        byte* context = null;
        int status;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            status = _openInput(&context, name, null, null);
        }

        if (status < 0) return new StreamFacts(status, "", 0, FrameOrientation.Upright);
        try
        {
            status = _findStreamInfo(context, null);
            int stream = status < 0 ? status : _findBestStream(context, VideoMedia, -1, -1, null, 0);
            return stream < 0 ? new StreamFacts(stream, "", 0, FrameOrientation.Upright) : Facts((*(byte***)(context + ContextStreams))[stream]);
        }
        finally
        {
            _closeInput(&context);
        }
    }

    private StreamFacts Facts(byte* stream)
    {
        byte* parameters = *(byte**)(stream + StreamParameters);
        string codec = Marshal.PtrToStringUTF8((nint)_codecName(*(int*)(parameters + ParametersCodec))) ?? "";
        return new StreamFacts(0, codec, *(int*)(parameters + ParametersColorSpace), Orientation(parameters));
    }

    private static FrameOrientation Orientation(byte* parameters)
    {
        byte* data = *(byte**)(parameters + ParametersSideData);
        int count = *(int*)(parameters + ParametersSideDataCount);
        for (int i = 0; i < count; i++, data += SideDataStride)
        {
            if (*(int*)(data + SideDataType) != DisplayMatrixData || *(nuint*)(data + SideDataSize) < DisplayMatrixSize) continue;
            return FrameOrientation.FromDisplayMatrix(new ReadOnlySpan<int>(*(byte**)(data + SideDataBytes), 9));
        }

        return FrameOrientation.Upright;
    }
}
