using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>Frames that a <see cref="FrameUploader"/> has sent, or is sending. Disposing of it gives their place to others, once torch's stream is done with them.</summary>
public sealed class SentClips : IDisposable
{
    private readonly FrameUploader _uploader;
    private readonly UploadSlot _slot;
    private int _disposed;

    internal SentClips(FrameUploader uploader, UploadSlot slot, int count) => (_uploader, _slot, Count) = (uploader, slot, count);

    /// <summary>Clips.</summary>
    public int Count { get; }

    /// <summary>Makes the inputs. Torch's stream waits for the frames, the caller does not.</summary>
    /// <returns>(clips, 3, frames, height, width), float32.</returns>
    public Tensor Inputs()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _uploader.Resample(_slot, Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _uploader.Release(_slot);
    }
}
