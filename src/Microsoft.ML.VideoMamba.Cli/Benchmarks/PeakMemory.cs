using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>
/// The most memory that work takes beside what was taken before it. On a CPU: the process's highest resident size. On a GPU: what the device has given
/// away, by its driver; torch never gives memory back while it runs, so that this is its peak, in the steps of its allocator (2 MB and more).
/// </summary>
internal sealed class PeakMemory
{
    private readonly Device _device;
    private readonly long _before;

    /// <summary>Starts to watch.</summary>
    public PeakMemory(Device device)
    {
        _device = device;
        // The device's own context is not the work's.
        if (device.type == DeviceType.CUDA) zeros(1, device: device).Dispose();
        GC.Collect();
        ForgetPeak();
        _before = Used();
    }

    /// <summary>The peak so far, in bytes.</summary>
    public long Bytes => Math.Max(0, Peak() - _before);

    private long Used() => _device.type == DeviceType.CUDA ? CudaDriver.UsedBytes(_device.index) : Environment.WorkingSet;

    private long Peak()
    {
        if (_device.type == DeviceType.CUDA) return CudaDriver.UsedBytes(_device.index);
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>Linux forgets a process's highest size when 5 is written to its clear_refs; elsewhere, and where that is not allowed, the peak is that of the process's life.</summary>
    private static void ForgetPeak()
    {
        const string ClearRefs = "/proc/self/clear_refs";
        if (!File.Exists(ClearRefs)) return;
        try
        {
            File.WriteAllText(ClearRefs, "5");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The peak then may be one from before: too high, never too low.
        }
    }
}
