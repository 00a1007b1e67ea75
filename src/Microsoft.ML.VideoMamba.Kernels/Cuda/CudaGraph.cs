using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Launches recorded once on streams of their own and replayed as one, in step with torch's stream.</summary>
internal sealed class CudaGraph : IDisposable
{
    private const uint NonBlocking = 1, WithoutTime = 2;
    private const int OfThisThread = 1;

    private readonly CudaDevice _device;
    private readonly nint _begin, _end;
    private readonly nint[] _streams, _joints;
    private nint _executable;

    /// <summary>Makes the streams.</summary>
    /// <param name="device">The card.</param>
    /// <param name="branches">What may run side by side.</param>
    public CudaGraph(CudaDevice device, int branches)
    {
        (_device, _streams, _joints) = (device, new nint[branches], new nint[branches]);
        using var current = device.MakeCurrent();
        for (int i = 0; i < branches; i++)
        {
            Check(cuStreamCreate(out _streams[i], NonBlocking));
            Check(cuEventCreate(out _joints[i], WithoutTime));
        }

        Check(cuEventCreate(out _begin, WithoutTime));
        Check(cuEventCreate(out _end, WithoutTime));
    }

    /// <summary>Where to queue what goes ahead of a replay.</summary>
    public nint Stream => _streams[0];

    /// <summary>Records what <paramref name="work"/> queues on the stream of each branch; nothing of it runs. All its kernels must have run once before.</summary>
    public void Record(Action<int, nint> work)
    {
        using var current = _device.MakeCurrent();
        Check(cuStreamBeginCapture(Stream, OfThisThread));
        nint graph = 0;
        try
        {
            Check(cuEventRecord(_joints[0], Stream));
            for (int i = 1; i < _streams.Length; i++) Check(cuStreamWaitEvent(_streams[i], _joints[0], 0));
            for (int i = 0; i < _streams.Length; i++) work(i, _streams[i]);
            for (int i = 1; i < _streams.Length; i++)
            {
                Check(cuEventRecord(_joints[i], _streams[i]));
                Check(cuStreamWaitEvent(Stream, _joints[i], 0));
            }
        }
        catch
        {
            // A recording that was broken off ends with an error of its own, which says less.
            _ = cuStreamEndCapture(Stream, out graph);
            if (graph != 0) _ = cuGraphDestroy(graph);
            throw;
        }

        Check(cuStreamEndCapture(Stream, out graph));
        int made = cuGraphInstantiateWithFlags(out _executable, graph, 0);
        Check(cuGraphDestroy(graph));
        Check(made);
    }

    /// <summary>Runs work and then the recording, after all that torch has queued, and has torch's stream wait for them.</summary>
    /// <param name="ahead">Queues on <see cref="Stream"/>.</param>
    public void Replay(Action ahead)
    {
        using var current = _device.MakeCurrent();
        Check(cuEventRecord(_begin, 0));
        Check(cuStreamWaitEvent(Stream, _begin, 0));
        ahead();
        if (_executable != 0) Check(cuGraphLaunch(_executable, Stream));
        Check(cuEventRecord(_end, Stream));
        Check(cuStreamWaitEvent(0, _end, 0));
    }

    /// <summary>Waits for what was queued and replayed: for this alone, as no one may wait for a whole card while another thread records there.</summary>
    public void Wait()
    {
        using var current = _device.MakeCurrent();
        Check(cuStreamSynchronize(Stream));
    }

    /// <summary>For recordings of models that nobody disposes of, as those that ML.NET's views and engines share.</summary>
    ~CudaGraph()
    {
        using var current = _device.MakeCurrent();
        Free();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Wait();
        using var current = _device.MakeCurrent();
        Check(Free());
    }

    /// <summary>Frees all, as far as it can be.</summary>
    /// <returns>The first code that is no success, or 0.</returns>
    private int Free()
    {
        int graph = _executable == 0 ? 0 : cuGraphExecDestroy(_executable);
        _executable = 0;
        int[] freed = [graph, cuEventDestroy(_begin), cuEventDestroy(_end), .. _joints.Select(cuEventDestroy), .. _streams.Select(cuStreamDestroy)];
        return freed.FirstOrDefault(code => code != 0);
    }
}
