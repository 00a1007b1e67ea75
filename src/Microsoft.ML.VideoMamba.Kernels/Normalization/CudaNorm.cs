using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The CUDA norms' kernels on one card, for one width, type and kind.</summary>
internal sealed class CudaNorm
{
    /// <summary>The widest rows that a warp holds in registers.</summary>
    public const int MostChannels = 4096;

    private const int Threads = 128, RowsPerBlock = 4, BlocksPerMultiprocessor = 4;

    private static readonly ConcurrentDictionary<(int Device, int Channels, bool Float32, bool Centred), CudaNorm> s_made = new();

    private readonly CudaDevice _device;
    private readonly Lazy<CudaKernel<NormForwardArguments>> _forward;
    private readonly Lazy<CudaKernel<NormBackwardArguments>> _backward;

    private CudaNorm(CudaDevice device, int channels, bool float32, bool centred)
    {
        _device = device;
        (string, int)[] constants = [("CHANNELS", channels), ("F32", float32 ? 1 : 0), ("CENTRED", centred ? 1 : 0)];
        _forward = new(() => device.Kernel<NormForwardArguments>(new KernelSource("norm_forward.cu", constants), "norm_forward"));
        _backward = new(() => device.Kernel<NormBackwardArguments>(new KernelSource("norm_backward.cu", constants), "norm_backward"));
    }

    /// <summary>The kernels for rows of that width.</summary>
    public static CudaNorm Get(CudaDevice device, int channels, bool float32, bool centred) =>
        s_made.GetOrAdd((device.Index, channels, float32, centred), key => new CudaNorm(device, key.Channels, key.Float32, key.Centred));

    /// <summary>The number of partial sums that the parameters' gradients come in.</summary>
    public int PartialSums(long rows) => (int)Math.Min((rows + RowsPerBlock - 1) / RowsPerBlock, BlocksPerMultiprocessor * _device.Multiprocessors);

    /// <summary>Adds and norms.</summary>
    public void Forward(in NormForwardArguments arguments, nint stream = 0) =>
        _forward.Value.Launch(arguments, new Grid(Grid.Cover(arguments.Rows, RowsPerBlock)), Threads, stream: stream);

    /// <summary>Computes the gradients.</summary>
    public void Backward(in NormBackwardArguments arguments) => _backward.Value.Launch(arguments, new Grid(PartialSums(arguments.Rows)), Threads);
}
