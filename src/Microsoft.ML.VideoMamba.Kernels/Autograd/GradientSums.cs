using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>Collects the sums that parameters' gradients are made of, and computes all of them in one launch: kernels leave partial sums, float32.</summary>
internal sealed class GradientSums
{
    private const int Threads = 512;

    private readonly HashSet<Tensor> _partials = new(ReferenceEqualityComparer.Instance);
    private readonly List<Tensor> _factors = [];
    private GradientSumsArguments _arguments;
    private long _blocks;

    /// <summary>Takes on to[o, c] = factor[o, c] times the sum over r of from[o, r, c], for all o and c, or to[o, c] += it where the place says so.</summary>
    /// <param name="from">Partial sums, float32: (outer, rows, columns), if strides do not say otherwise. They are freed at the launch.</param>
    /// <param name="to">Receives the sums: (outer, columns), if <see cref="GradientLayout.ToStride"/> does not say otherwise.</param>
    /// <param name="layout">Sizes, and where they lie.</param>
    /// <param name="factor">(outer, columns) float32, or null.</param>
    public void Add(Tensor from, in GradientPlace to, in GradientLayout layout, Tensor? factor = null)
    {
        long total = (long)layout.Outer * layout.Columns;
        _arguments.Sums[_arguments.Count++] = new GradientSum
        {
            From = DeviceMemory.Address(from, layout.From),
            To = to.From(layout.To).Address,
            Factor = factor is null ? 0 : DeviceMemory.Address(factor, layout.Factor),
            Total = total,
            Columns = layout.Columns,
            Rows = layout.Rows,
            OuterStride = layout.OuterStride ?? layout.Rows * layout.Columns,
            RowStride = layout.RowStride ?? layout.Columns,
            ToStride = layout.ToStride ?? layout.Columns,
            Rounded = to.Float32 ? 0 : 1,
            FirstBlock = checked((int)_blocks),
            Adds = to.Adds ? 1 : 0,
        };
        _blocks += Grid.Cover(total, Threads / LanesFor(layout.Rows));
        _partials.Add(from);
        if (factor is not null) _factors.Add(factor);
    }

    /// <summary>Computes what was taken on, once.</summary>
    /// <param name="device">The card that all of it is on.</param>
    public void Launch(CudaDevice device)
    {
        device.Kernel<GradientSumsArguments>(new KernelSource("gradient_sums.cu"), "gradient_sums").Launch(_arguments, new Grid(_blocks), Threads);
        foreach (var partial in _partials) partial.Dispose();
        GC.KeepAlive(_factors);
    }

    /// <summary>lanes_for of gradient_sums.cu.</summary>
    private static int LanesFor(int rows) => rows < 16 ? 1 : rows < 256 ? 16 : 64;
}
