using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>
/// How fast a device's units are at their best, for the floor under a time. Memory: the better of copies of as many bytes as the work moves (a small work
/// may stay in the caches, and so does its copy). Matrix units: the best of large square products in the work's type. Vector and special-function units: on a CPU
/// the rate of float32 products, an exponential taken as eight multiply-adds; on an NVIDIA GPU 128 and 16 a clock and multiprocessor, at the clock that the driver names.
/// </summary>
internal sealed record UnitRates(double BytesPerSecond, double ProductsPerSecond, double VectorPerSecond, double SpecialPerSecond)
{
    private const int MultiplyAddsOfSpecial = 8, VectorLanes = 128, SpecialLanes = 16;
    private const double LeastCopy = 1 << 16, LargestCopy = 1 << 28;

    /// <summary>Measures a device.</summary>
    /// <param name="timer">Times the measurements.</param>
    /// <param name="work">What the rates are for.</param>
    /// <param name="dtype">The work's type.</param>
    /// <param name="device">The device.</param>
    public static UnitRates Measure(BenchTimer timer, LeastWork work, ScalarType dtype, Device device)
    {
        double bandwidth = MeasureCopy(timer, (long)Math.Clamp(work.Bytes, LeastCopy, LargestCopy), device);
        double products = MeasureProduct(timer, dtype, device);
        if (device.type == DeviceType.CUDA)
        {
            double perClock = CudaDriver.Attribute(device.index, CudaDriver.Multiprocessors) * 1000.0 * CudaDriver.Attribute(device.index, CudaDriver.ClockRate);
            return new UnitRates(bandwidth, products, VectorLanes * perClock, SpecialLanes * perClock);
        }

        double vector = dtype == ScalarType.Float32 ? products : MeasureProduct(timer, ScalarType.Float32, device);
        return new UnitRates(bandwidth, products, vector, vector / MultiplyAddsOfSpecial);
    }

    /// <summary>
    /// The least time, in seconds: memory and arithmetic may overlap; products and the scans that wait for them may not. On a GPU multiply-adds and
    /// special functions go to units of their own; on a CPU they share one.
    /// </summary>
    public double Floor(LeastWork work, DeviceType device)
    {
        double vector = work.Vector / VectorPerSecond, special = work.Special / SpecialPerSecond;
        double arithmetic = work.Products / ProductsPerSecond + (device == DeviceType.CUDA ? Math.Max(vector, special) : vector + special);
        return Math.Max(work.Bytes / BytesPerSecond, arithmetic);
    }

    private static double MeasureCopy(BenchTimer timer, long bytes, Device device)
    {
        using var scope = NewDisposeScope();
        long elements = bytes / 2 / sizeof(float);
        var from = zeros([elements], device: device);
        var to = zeros_like(from);
        return 2 * sizeof(float) * elements / timer.Measure(() => to.copy_(from))[0].Min();
    }

    private static double MeasureProduct(BenchTimer timer, ScalarType dtype, Device device)
    {
        int side = device.type == DeviceType.CUDA ? 8192 : 1024;
        using var scope = NewDisposeScope();
        var matrix = randn([side, side], device: device).to(dtype);
        return Math.Pow(side, 3) / timer.Measure(() => matrix.mm(matrix).Dispose())[0].Min();
    }
}
