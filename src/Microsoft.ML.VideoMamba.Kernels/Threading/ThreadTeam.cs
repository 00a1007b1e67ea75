using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Threading;

/// <summary>
/// Runs independent pieces of work on the very threads that libtorch computes with, where these are OpenMP's.
/// </summary>
/// <remarks>
/// OpenMP's threads wait for their next work by spinning. Threads of any other pool would have to share the cores with them: kernels that follow torch
/// operations within microseconds then run at half speed and slow down the operations after them. Where libtorch brings another runtime than GCC's or
/// LLVM's (Windows), the pieces run on .NET's own pool.
/// </remarks>
internal static unsafe class ThreadTeam
{
    private static readonly Lazy<nint> s_parallel = new(FindParallel);

    /// <summary>The number of threads that a kernel may use: torch's own setting, so that one number governs both.</summary>
    public static int Size => Math.Max(1, torch.get_num_threads());

    /// <summary>Whether the pieces run on libtorch's own threads.</summary>
    public static bool IsShared => s_parallel.Value != 0;

    /// <summary>Calls <paramref name="run"/> for each of 0 to <paramref name="pieces"/> - 1, in any order, on up to <see cref="Size"/> threads; returns when all are done.</summary>
    /// <exception cref="Exception">The first that a piece threw; pieces not begun by then are left out.</exception>
    public static void ForEach(int pieces, Action<int> run)
    {
        int threads = Math.Min(pieces, Size);
        if (threads <= 1)
        {
            for (int piece = 0; piece < pieces; piece++) run(piece);
        }
        else if (IsShared)
        {
            new Job(pieces, run).Run(threads);
        }
        else
        {
            Parallel.For(0, pieces, new ParallelOptions { MaxDegreeOfParallelism = threads }, run);
        }
    }

    /// <summary>What a compiler makes of <c>#pragma omp parallel</c>: GCC's entry, which LLVM's runtime exports too. A library's own dependencies are searched with it.</summary>
    private static nint FindParallel()
    {
        string library = Path.Combine(TorchRuntime.Info.LibTorchFolder, LibTorchFolder.FileName("torch_cpu"));
        return NativeLibrary.TryLoad(library, out nint handle) && NativeLibrary.TryGetExport(handle, "GOMP_parallel", out nint parallel) ? parallel : 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static void Enter(nint job) => ((Job)GCHandle.FromIntPtr(job).Target!).Work();

    /// <summary>Pieces that threads take one after the other.</summary>
    private sealed class Job(int pieces, Action<int> run)
    {
        private int _next;
        private ExceptionDispatchInfo? _error;

        public void Run(int threads)
        {
            var handle = GCHandle.Alloc(this);
            try
            {
                ((delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void>)s_parallel.Value)(&Enter, GCHandle.ToIntPtr(handle), (uint)threads, 0);
            }
            finally
            {
                handle.Free();
            }

            _error?.Throw();
        }

        /// <summary>One thread's share. An exception must not reach the native caller.</summary>
        public void Work()
        {
            try
            {
                while (Interlocked.Increment(ref _next) - 1 is var piece && piece < pieces) run(piece);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(e), null);
                Volatile.Write(ref _next, pieces);
            }
        }
    }
}
