using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Times work on a card by its own clock, without what the host needs to queue it.</summary>
internal static class CudaTimer
{
    /// <summary>Runs <paramref name="work"/> a few times unmeasured, then <paramref name="repetitions"/> times.</summary>
    /// <param name="device">The card.</param>
    /// <param name="work">Queues on the legacy default stream.</param>
    /// <param name="repetitions">How many times are measured.</param>
    /// <returns>Milliseconds, sorted.</returns>
    public static IReadOnlyList<double> Measure(CudaDevice device, Action work, int repetitions = 15)
    {
        using var current = device.MakeCurrent();
        for (int i = 0; i < 3; i++) work();
        nint[] events = new nint[repetitions + 1];
        for (int i = 0; i < events.Length; i++) Check(cuEventCreate(out events[i], 0));
        Check(cuEventRecord(events[0], 0));
        for (int i = 0; i < repetitions; i++)
        {
            work();
            Check(cuEventRecord(events[i + 1], 0));
        }

        Check(cuEventSynchronize(events[^1]));
        double[] times = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            Check(cuEventElapsedTime(out float milliseconds, events[i], events[i + 1]));
            times[i] = milliseconds;
        }

        foreach (nint one in events) Check(cuEventDestroy(one));
        Array.Sort(times);
        return times;
    }
}
