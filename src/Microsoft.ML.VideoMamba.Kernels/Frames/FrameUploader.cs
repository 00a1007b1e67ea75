using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>
/// Sends decoded frames to a card as bytes, through pinned memory and on a stream of its own, while torch's stream computes; there a kernel makes a network's inputs
/// of them.
/// </summary>
/// <remarks>One thread sends at a time; what it sent may be used and disposed of by another.</remarks>
public sealed class FrameUploader : IDisposable
{
    private const uint NonBlocking = 1;
    private const int Threads = 256;

    private readonly CudaDevice _device;
    private readonly CudaKernel<FramesResampleArguments> _resample;
    private readonly nint _stream;
    private readonly int _frames, _height, _width, _batch;
    private readonly Tensor _noise;
    private readonly UploadSlot[] _slots;
    private readonly SemaphoreSlim _free;
    private readonly Queue<UploadSlot> _freeSlots;
    private int _disposed;

    /// <summary>Takes the memory.</summary>
    /// <param name="device">A card that <see cref="Takes"/> says yes for.</param>
    /// <param name="size">Frames, height and width of an input.</param>
    /// <param name="batch">Most clips that are sent at once.</param>
    /// <param name="noise">The table that noise is read from, rows of it at a time.</param>
    /// <param name="ahead">Batches that are there at the same time, at least 1.</param>
    public FrameUploader(Device device, (int Frames, int Height, int Width) size, int batch, ReadOnlySpan<float> noise, int ahead)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ahead, 1);
        using var scope = NewDisposeScope();
        (_frames, _height, _width, _batch) = (size.Frames, size.Height, size.Width, batch);
        _noise = tensor(noise.ToArray()).to(device).DetachFromDisposeScope();
        _device = CudaDevice.Of(_noise);
        _resample = _device.Kernel<FramesResampleArguments>(new KernelSource("frames_resample.cu"), "frames_resample");
        _slots = [.. Enumerable.Range(0, ahead).Select(_ => new UploadSlot(_device))];
        (_freeSlots, _free) = (new Queue<UploadSlot>(_slots), new SemaphoreSlim(ahead));
        using var current = _device.MakeCurrent();
        Check(cuStreamCreate(out _stream, NonBlocking));
    }

    /// <summary>Whether frames can be sent there: to a card that the kernels run on.</summary>
    /// <param name="device">Where to.</param>
    public static bool Takes(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == TorchSharp.DeviceType.CUDA && CudaSupport.IsAvailable(Math.Max(0, device.index));
    }

    /// <summary>Sends clips. Waits while as many batches are in use as there may be.</summary>
    /// <param name="clips">The clips, each of as many frames, new rows and new columns as an input has.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>The inputs; the caller disposes of it.</returns>
    /// <exception cref="ArgumentException">There are too many clips, or one does not fit.</exception>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    public SentClips Send(IReadOnlyList<ResampledClip> clips, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(clips);
        if (clips.Count < 1 || clips.Count > _batch) throw new ArgumentException($"1 to {_batch} clips are sent at once; there are {clips.Count}.", nameof(clips));
        foreach (var clip in clips) CheckFits(clip);
        _free.Wait(cancellation);
        UploadSlot slot;
        lock (_freeSlots) slot = _freeSlots.Dequeue();
        try
        {
            Queue(slot, clips);
            return new SentClips(this, slot, clips.Count);
        }
        catch
        {
            Release(slot);
            throw;
        }
    }

    /// <summary>Frees the memory. What was sent must have been disposed of.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        using (_device.MakeCurrent())
        {
            Check(cuStreamSynchronize(_stream));
            Check(cuStreamDestroy(_stream));
        }

        foreach (var slot in _slots) slot.Dispose();
        _noise.Dispose();
        _free.Dispose();
    }

    /// <summary>Queues the making of inputs on torch's stream.</summary>
    internal Tensor Resample(UploadSlot slot, int count)
    {
        var inputs = empty([count, 3, _frames, _height, _width], ScalarType.Float32, _noise.device);
        slot.AwaitOnTorchStream();
        var arguments = new FramesResampleArguments
        {
            Data = slot.Data,
            Clips = slot.Data,
            Table = DeviceMemory.Address(_noise),
            Out = DeviceMemory.Address(inputs),
            Frames = _frames,
            Height = _height,
            Width = _width,
        };
        _resample.Launch(arguments, new Grid(Grid.Cover((long)_height * _width, Threads), _frames, count), Threads);
        return inputs;
    }

    /// <summary>Takes a place back, for others once torch's stream has passed what is queued there.</summary>
    internal void Release(UploadSlot slot)
    {
        slot.FreeBehindTorchStream();
        lock (_freeSlots) _freeSlots.Enqueue(slot);
        if (Volatile.Read(ref _disposed) == 0) _free.Release();
    }

    private void Queue(UploadSlot slot, IReadOnlyList<ResampledClip> clips)
    {
        var layout = new UploadLayout(clips);
        using var current = _device.MakeCurrent();
        slot.Reserve(layout.Bytes);
        layout.Write(slot.Host);
        slot.Send(_stream, layout.Bytes);
    }

    private void CheckFits(ResampledClip clip)
    {
        var got = (clip.Frames.Count, clip.Rows.Count, clip.Columns.Count);
        if (got != (_frames, _height, _width)) throw new ArgumentException($"Inputs have {(_frames, _height, _width)} frames, rows and columns; a clip has {got}.", nameof(clip));
    }
}
