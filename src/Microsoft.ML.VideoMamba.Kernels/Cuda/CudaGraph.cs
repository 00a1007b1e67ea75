using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>Launches recorded once on a stream of their own and replayed as one, in step with torch's stream.</summary>
internal sealed class CudaGraph : IDisposable
{
    private const uint NonBlocking = 1, WithoutTime = 2;
    private const int OfThisThread = 1;

    private readonly CudaDevice _device;
    private readonly nint _begin, _end;
    private nint _executable;

    /// <summary>Makes the stream.</summary>
    public CudaGraph(CudaDevice device)
    {
        _device = device;
        using var current = device.MakeCurrent();
        Check(cuStreamCreate(out nint stream, NonBlocking));
        Check(cuEventCreate(out _begin, WithoutTime));
        Check(cuEventCreate(out _end, WithoutTime));
        Stream = stream;
    }

    /// <summary>Where to queue what is to be recorded, and what goes ahead of a replay.</summary>
    public nint Stream { get; }

    /// <summary>Records what <paramref name="work"/> queues on <see cref="Stream"/>; nothing of it runs. All its kernels must have run once before.</summary>
    public void Record(Action work)
    {
        using var current = _device.MakeCurrent();
        Check(cuStreamBeginCapture(Stream, OfThisThread));
        nint graph = 0;
        try
        {
            work();
        }
        finally
        {
            Check(cuStreamEndCapture(Stream, out graph));
        }

        Check(cuGraphInstantiateWithFlags(out _executable, graph, 0));
        Check(cuGraphDestroy(graph));
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

    /// <inheritdoc/>
    public void Dispose()
    {
        using var current = _device.MakeCurrent();
        Check(cuStreamSynchronize(Stream));
        if (_executable != 0) Check(cuGraphExecDestroy(_executable));
        _executable = 0;
        Check(cuEventDestroy(_begin));
        Check(cuEventDestroy(_end));
        Check(cuStreamDestroy(Stream));
    }
}
