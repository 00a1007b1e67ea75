using System.Text;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Compiles sources with NVRTC for one architecture; what it made is kept on disk.</summary>
internal static unsafe class KernelCompiler
{
    /// <summary>The compiled form of <paramref name="source"/> that the driver loads: a cubin or, for a card newer than the compiler, PTX.</summary>
    /// <param name="source">What to compile.</param>
    /// <param name="capability">The card's compute capability, such as 90.</param>
    /// <param name="driverVersion">What cuDriverGetVersion gave.</param>
    /// <exception cref="CudaException">The compiler is missing or refuses the source; its log is in the message.</exception>
    public static byte[] Compile(KernelSource source, int capability, int driverVersion)
    {
        if (CudaLibraries.TryLoad(CudaLibraries.Compiler) is { } problem) throw new CudaException($"No CUDA run-time compiler: {problem}.");
        CompilerApi.Check(CompilerApi.nvrtcVersion(out int major, out int minor));
        var target = CompilationTarget.For(capability, SupportedArchitectures());
        return CubinCache.GetOrAdd(source.Key($"nvrtc {major}.{minor} driver {driverVersion} {target}"), () => Compile(source, target));
    }

    private static byte[] Compile(KernelSource source, CompilationTarget target)
    {
        var headers = KernelSource.Headers.ToList();
        CompilerApi.Check(CompilerApi.nvrtcCreateProgram(
            out nint program, source.Text, source.File, headers.Count, [.. headers.Select(header => header.Value)], [.. headers.Select(header => header.Key)]));
        try
        {
            string[] options = [$"--gpu-architecture={target}", "--std=c++17", .. source.Definitions];
            int code = CompilerApi.nvrtcCompileProgram(program, options.Length, options);
            if (code == CompilerApi.CompilationError) throw new CudaException($"{source} does not compile for {target}:\n{Log(program)}");
            CompilerApi.Check(code, nameof(CompilerApi.nvrtcCompileProgram));
            return Result(program, target);
        }
        finally
        {
            CompilerApi.Check(CompilerApi.nvrtcDestroyProgram(ref program));
        }
    }

    private static byte[] Result(nint program, CompilationTarget target)
    {
        nuint size;
        CompilerApi.Check(target.IsPtx ? CompilerApi.nvrtcGetPTXSize(program, out size) : CompilerApi.nvrtcGetCUBINSize(program, out size));
        byte[] result = new byte[size];
        fixed (byte* start = result) CompilerApi.Check(target.IsPtx ? CompilerApi.nvrtcGetPTX(program, start) : CompilerApi.nvrtcGetCUBIN(program, start));
        return result;
    }

    private static string Log(nint program)
    {
        CompilerApi.Check(CompilerApi.nvrtcGetProgramLogSize(program, out nuint size));
        byte[] log = new byte[size];
        fixed (byte* start = log) CompilerApi.Check(CompilerApi.nvrtcGetProgramLog(program, start));
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }

    private static int[] SupportedArchitectures()
    {
        CompilerApi.Check(CompilerApi.nvrtcGetNumSupportedArchs(out int count));
        int[] architectures = new int[count];
        fixed (int* start = architectures) CompilerApi.Check(CompilerApi.nvrtcGetSupportedArchs(start));
        return architectures;
    }
}
