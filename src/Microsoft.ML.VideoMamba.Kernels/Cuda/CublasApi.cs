using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>cuBLAS' functions that are used, by their own names.</summary>
internal static unsafe partial class CublasApi
{
    /// <summary>cublasOperation_t, cudaDataType_t, cublasComputeType_t and cublasGemmAlgo_t.</summary>
    public const int NotTransposed = 0, Transposed = 1, Float32 = 0, BFloat16 = 14, ComputeFloat32 = 68, DefaultAlgorithm = -1;

    /// <summary>Throws unless <paramref name="code"/> is CUBLAS_STATUS_SUCCESS.</summary>
    public static void Check(int code, [CallerArgumentExpression(nameof(code))] string call = "")
    {
        if (code != 0) throw new CudaException($"{call.Split('(')[0]} failed: {Marshal.PtrToStringUTF8(cublasGetStatusString(code))} ({code}).");
    }

    [LibraryImport(CudaLibraries.Blas, EntryPoint = "cublasCreate_v2")]
    public static partial int cublasCreate(out nint handle);

    [LibraryImport(CudaLibraries.Blas, EntryPoint = "cublasDestroy_v2")]
    public static partial int cublasDestroy(nint handle);

    [LibraryImport(CudaLibraries.Blas, EntryPoint = "cublasSetStream_v2")]
    public static partial int cublasSetStream(nint handle, nint stream);

    [LibraryImport(CudaLibraries.Blas, EntryPoint = "cublasSetWorkspace_v2")]
    public static partial int cublasSetWorkspace(nint handle, nint workspace, nuint bytes);

    [LibraryImport(CudaLibraries.Blas)]
    public static partial int cublasGemmStridedBatchedEx(
        nint handle, int transposeA, int transposeB, int m, int n, int k, void* alpha, nint a, int typeA, int rowA, long strideA, nint b, int typeB, int rowB, long strideB,
        void* beta, nint c, int typeC, int rowC, long strideC, int batch, int compute, int algorithm);

    [LibraryImport(CudaLibraries.Blas)]
    private static partial nint cublasGetStatusString(int code);
}
