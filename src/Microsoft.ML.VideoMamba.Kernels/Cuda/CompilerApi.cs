using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>NVRTC's functions that are used, by their own names.</summary>
internal static unsafe partial class CompilerApi
{
    /// <summary>NVRTC_ERROR_COMPILATION: the log says what is wrong with the source.</summary>
    public const int CompilationError = 6;

    /// <summary>Throws unless <paramref name="code"/> is NVRTC_SUCCESS.</summary>
    public static void Check(int code, [CallerArgumentExpression(nameof(code))] string call = "")
    {
        if (code != 0) throw new CudaException($"{call.Split('(')[0]} failed: {Marshal.PtrToStringUTF8(nvrtcGetErrorString(code))} ({code}).");
    }

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcVersion(out int major, out int minor);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetNumSupportedArchs(out int count);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetSupportedArchs(int* architectures);

    [LibraryImport(CudaLibraries.Compiler, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int nvrtcCreateProgram(
        out nint program, string source, string name, int headerCount, [In] string[] headers, [In] string[] headerNames);

    [LibraryImport(CudaLibraries.Compiler, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int nvrtcCompileProgram(nint program, int optionCount, [In] string[] options);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetProgramLogSize(nint program, out nuint size);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetProgramLog(nint program, byte* log);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetCUBINSize(nint program, out nuint size);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetCUBIN(nint program, byte* cubin);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetPTXSize(nint program, out nuint size);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcGetPTX(nint program, byte* ptx);

    [LibraryImport(CudaLibraries.Compiler)]
    public static partial int nvrtcDestroyProgram(ref nint program);

    [LibraryImport(CudaLibraries.Compiler)]
    private static partial nint nvrtcGetErrorString(int code);
}
