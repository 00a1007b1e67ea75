using System.Collections.Concurrent;
using static Microsoft.ML.VideoMamba.Kernels.Cuda.CublasApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Matrix products by cuBLAS without torch's dispatcher in between, into memory that is there, on any stream. Sums are float32.</summary>
internal sealed unsafe class CudaBlas
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<CudaBlas>> s_idle = new();

    private readonly CudaDevice _device;
    private readonly nint _handle;

    private CudaBlas(CudaDevice device)
    {
        if (CudaLibraries.TryLoad(CudaLibraries.Blas) is { } problem) throw new CudaException($"No cuBLAS: {problem}.");
        _device = device;
        using var current = device.MakeCurrent();
        Check(cublasCreate(out _handle));
    }

    /// <summary>Lends an instance until the result is disposed: one serves one thread and stream at a time, libtorch's at first, and making one is slow.</summary>
    /// <param name="device">The card.</param>
    public static Loan Borrow(CudaDevice device)
    {
        var idle = s_idle.GetOrAdd(device.Index, _ => []);
        if (!idle.TryTake(out var blas)) blas = new CudaBlas(device);
        blas.UseStream(0);
        return new Loan(blas, idle);
    }

    /// <summary>Queues there what comes.</summary>
    public void UseStream(nint stream)
    {
        using var current = _device.MakeCurrent();
        Check(cublasSetStream(_handle, stream));
    }

    /// <summary>Gives the products a place of their own to work in: where launches are recorded, none may be allocated. Lasts until the next change of stream.</summary>
    public void UseWorkspace(nint address, long bytes)
    {
        using var current = _device.MakeCurrent();
        Check(cublasSetWorkspace(_handle, address, (nuint)bytes));
    }

    /// <summary>c = a b + beta c, for each of a batch.</summary>
    /// <param name="a">(m, k).</param>
    /// <param name="b">(k, n).</param>
    /// <param name="c">(m, n), not transposed.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Its columns.</param>
    /// <param name="k">What is summed over.</param>
    /// <param name="batch">How many.</param>
    /// <param name="beta">1 adds to what is there, 0 overwrites it.</param>
    /// <exception cref="CudaException">cuBLAS refuses.</exception>
    public void Multiply(in Matrix a, in Matrix b, in Matrix c, int m, int n, int k, int batch = 1, float beta = 0)
    {
        using var current = _device.MakeCurrent();
        float one = 1;

        // cuBLAS counts down columns: read so, rows of a and b are their transposes, and c' = b' a'.
        Check(cublasGemmStridedBatchedEx(
            _handle, Operation(b), Operation(a), n, m, k, &one, b.Address, Type(b), b.Row, b.Batch, a.Address, Type(a), a.Row, a.Batch,
            &beta, c.Address, Type(c), c.Row, c.Batch, batch, ComputeFloat32, DefaultAlgorithm));
    }

    private static int Operation(in Matrix matrix) => matrix.Transposed ? Transposed : NotTransposed;

    private static int Type(in Matrix matrix) => matrix.Float32 ? CublasApi.Float32 : BFloat16;

    /// <summary>A borrowed instance.</summary>
    public readonly struct Loan(CudaBlas blas, ConcurrentBag<CudaBlas> idle) : IDisposable
    {
        /// <summary>The instance.</summary>
        public CudaBlas Blas => blas;

        /// <inheritdoc/>
        public void Dispose() => idle.Add(blas);
    }
}
