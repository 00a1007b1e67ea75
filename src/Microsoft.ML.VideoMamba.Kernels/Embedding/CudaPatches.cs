using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>Gathers the patches of clips on a card as rows of one matrix, in the activations' type.</summary>
internal sealed class CudaPatches
{
    private const int Threads = 256, Width = 4;

    private static readonly ConcurrentDictionary<(int Device, PatchGrid Grid, bool Float32), CudaPatches> s_made = new();

    private readonly CudaDevice _device;
    private readonly PatchGrid _grid;
    private readonly bool _float32;

    private CudaPatches(CudaDevice device, PatchGrid grid, bool float32) => (_device, _grid, _float32) = (device, grid, float32);

    /// <summary>The kernels for clips that are cut so.</summary>
    public static CudaPatches Get(CudaDevice device, PatchGrid grid, bool float32) => s_made.GetOrAdd((device.Index, grid, float32), _ => new CudaPatches(device, grid, float32));

    /// <summary>Gathers.</summary>
    /// <param name="clips">(batch, colours[, frames], height, width), contiguous, float32 or bfloat16.</param>
    /// <param name="rows">Receives (batch, positions, pixels of a patch).</param>
    /// <param name="stream">Where to queue.</param>
    public void Gather(Tensor clips, nint rows, nint stream = 0) => Gather(clips, 0, (int)clips.shape[0], rows, stream);

    /// <summary>Gathers those of <paramref name="count"/> clips from <paramref name="first"/> on.</summary>
    public void Gather(Tensor clips, int first, int count, nint rows, nint stream)
    {
        bool pixelsFloat32 = clips.dtype == ScalarType.Float32;
        nint address = DeviceMemory.Address(clips, first * (clips.NumberOfElements / clips.shape[0]));
        int atOnce = AtOnce(address, clips.ElementSize);
        long total = (long)count * _grid.Positions * _grid.PatchSize;
        Kernel(pixelsFloat32, atOnce).Launch(
            new PatchGatherArguments
            {
                Clips = address,
                Rows = rows,
                Total = total,
                Frames = _grid.Frames,
                Height = _grid.Height,
                Width = _grid.Width,
                Positions = _grid.Positions,
                RowsOfPatches = _grid.Rows,
                PatchesOfRow = _grid.Columns,
            },
            new Grid(Grid.Cover(total, Threads * atOnce)), Threads, stream: stream);
    }

    /// <summary>Compiles what clips of either type need, where they lie as torch allocates them.</summary>
    public void Prepare()
    {
        foreach (bool pixelsFloat32 in new[] { true, false }) Kernel(pixelsFloat32, AtOnce(address: 0, sizeof(float)));
    }

    /// <summary>Pixels that a thread takes at once: several where all rows of a patch begin at a whole vector.</summary>
    private int AtOnce(nint address, long pixelBytes) =>
        _grid.Width % Width == 0 && _grid.Patch % Width == 0 && _grid.Step % Width == 0 && address % (Width * pixelBytes) == 0 ? Width : 1;

    private CudaKernel<PatchGatherArguments> Kernel(bool pixelsFloat32, int atOnce) => _device.Kernel<PatchGatherArguments>(
        new KernelSource(
            "patch_gather.cu", ("F32", _float32 ? 1 : 0), ("PIXELS_F32", pixelsFloat32 ? 1 : 0), ("AT_ONCE", atOnce), ("PATCH", _grid.Patch), ("TUBELET", _grid.Tubelet),
            ("COLOURS", _grid.Colours), ("STEP", _grid.Step)),
        "patch_gather");
}
