using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>A place for one batch: pinned memory, its copy on the card, and the events that tell who is done with them.</summary>
internal sealed unsafe class UploadSlot : IDisposable
{
    private const uint WithoutTime = 2;

    private readonly CudaDevice _device;
    private readonly nint _sent, _free;
    private nint _host, _data;
    private long _capacity;

    /// <param name="device">The card.</param>
    public UploadSlot(CudaDevice device)
    {
        _device = device;
        using var current = device.MakeCurrent();
        Check(cuEventCreate(out _sent, WithoutTime));
        Check(cuEventCreate(out _free, WithoutTime));
    }

    /// <summary>The copy on the card.</summary>
    public nint Data => _data;

    /// <summary>The pinned memory, as far as it was reserved.</summary>
    public Span<byte> Host => new((void*)_host, checked((int)_capacity));

    /// <summary>Waits until what was sent before has left, and makes room. The card's context must be current.</summary>
    public void Reserve(long bytes)
    {
        Check(cuEventSynchronize(_sent));
        if (bytes <= _capacity) return;
        FreeMemory();
        long capacity = checked(bytes + (bytes / 4));
        Check(cuMemHostAlloc(out _host, (nuint)capacity, 0));
        int onCard = cuMemAlloc(out _data, (nuint)capacity);
        if (onCard != 0) _ = cuMemFreeHost(_host);
        Check(onCard);
        _capacity = capacity;
    }

    /// <summary>Queues the copy, behind whoever used it last. The card's context must be current.</summary>
    public void Send(nint stream, long bytes)
    {
        Check(cuStreamWaitEvent(stream, _free, 0));
        Check(cuMemcpyHtoDAsync(_data, (void*)_host, (nuint)bytes, stream));
        Check(cuEventRecord(_sent, stream));
    }

    /// <summary>Has torch's stream wait for the copy.</summary>
    public void AwaitOnTorchStream()
    {
        using var current = _device.MakeCurrent();
        Check(cuStreamWaitEvent(0, _sent, 0));
    }

    /// <summary>Marks the copy as free once torch's stream has passed what is queued there.</summary>
    public void FreeBehindTorchStream()
    {
        using var current = _device.MakeCurrent();
        Check(cuEventRecord(_free, 0));
    }

    public void Dispose()
    {
        using var current = _device.MakeCurrent();
        Check(cuEventSynchronize(_free));
        FreeMemory();
        Check(cuEventDestroy(_sent));
        Check(cuEventDestroy(_free));
    }

    private void FreeMemory()
    {
        if (_capacity == 0) return;
        Check(cuEventSynchronize(_free));
        Check(cuMemFreeHost(_host));
        Check(cuMemFree(_data));
        _capacity = 0;
    }
}
