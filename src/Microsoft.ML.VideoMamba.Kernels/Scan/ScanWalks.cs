using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The kernels of scan_forward.cu, compiled for so many warps that share a group of 32 channels, each with its part of the states.</summary>
internal sealed class ScanWalks
{
    private const int WarpLanes = 32;

    /// <summary>The least steps of a piece, and the most pieces of a walk that has more: the ends of a piece cost a few steps.</summary>
    private const int LeastOfPiece = 400, MostPieces = 16;

    private readonly CudaDevice _device;
    private readonly int _groups, _threads;
    private readonly Lazy<CudaKernel<ScanForwardArguments>> _forward, _keeping, _pieces, _meeting, _ends, _adjointEnds;

    /// <summary>Names the kernels; each is compiled at its first use.</summary>
    /// <param name="device">The card.</param>
    /// <param name="channels">A multiple of 8.</param>
    /// <param name="parts">One of <see cref="Parts"/>.</param>
    /// <param name="constants">What the source is compiled with beside.</param>
    public ScanWalks(CudaDevice device, int channels, int parts, (string, int)[] constants)
    {
        (_device, _groups, _threads) = (device, CudaScan.GroupsOf(channels), WarpLanes * parts);
        var source = new KernelSource("scan_forward.cu", [.. constants, ("PARTS", parts)]);
        Lazy<CudaKernel<ScanForwardArguments>> Kernel(string name) => new(() => device.Kernel<ScanForwardArguments>(source, name));
        (_forward, _keeping, _pieces, _meeting) = (Kernel("scan_forward"), Kernel("scan_keeping"), Kernel("scan_pieces"), Kernel("scan_meeting"));
        (_ends, _adjointEnds) = (Kernel("scan_ends"), Kernel("adjoint_ends"));
    }

    /// <summary>The numbers of warps that there are kernels for.</summary>
    public static IReadOnlyList<int> Parts { get; } = [2, 4];

    /// <summary>Walks for the outputs, and for the states that the arguments ask for.</summary>
    public void Outputs(in ScanForwardArguments arguments, int directions, nint stream) =>
        Launch(arguments.Kept == 0 && arguments.Marks == 0 ? _forward : _keeping, arguments, directions, stream);

    /// <summary>Walks for the outputs alone, in one chunk and in pieces.</summary>
    public void InPieces(in ScanForwardArguments arguments, int directions, nint stream)
    {
        int piece = PieceOf(arguments.Length);
        LaunchPieces(_pieces, arguments with { Chunk = piece }, directions, Grid.Cover(arguments.Length, piece), stream);
    }

    /// <summary>Walks both directions for the sum of their outputs, in pieces.</summary>
    public void Meet(in ScanForwardArguments arguments, nint stream)
    {
        int piece = PieceOf(arguments.Length);
        LaunchPieces(_meeting, arguments with { Chunk = piece }, directions: 2, 2 * Grid.Cover(Grid.Cover(arguments.Length, 2), piece), stream);
    }

    /// <summary>Walks for the states alone.</summary>
    public void Ends(in ScanForwardArguments arguments, int directions, nint stream = 0) => Launch(_ends, arguments, directions, stream);

    /// <summary>Walks the gradient of the states.</summary>
    public void AdjointEnds(in ScanForwardArguments arguments, int directions) => Launch(_adjointEnds, arguments, directions, stream: 0);

    /// <summary>The tickets of so many walks: how many pieces were taken, and of each walk how many are done.</summary>
    public static long TicketsOf(long walks) => 1 + walks;

    private static int PieceOf(int length) => Math.Max(LeastOfPiece, CudaScan.ChunkOf(length, MostPieces));

    /// <summary>
    /// A multiprocessor gets no more blocks than its share of the walks: blocks that wait for the piece before theirs would else take places on some of them, and leave
    /// others too many that walk.
    /// </summary>
    private void LaunchPieces(Lazy<CudaKernel<ScanForwardArguments>> kernel, in ScanForwardArguments arguments, int directions, int pieces, nint stream)
    {
        long walks = (long)_groups * directions * arguments.Batch;
        _device.Clear(arguments.Tickets, TicketsOf(walks), stream);
        int share = Grid.Cover(walks, _device.Multiprocessors);
        kernel.Value.Launch(arguments, new Grid(_groups * directions, arguments.Batch, pieces), _threads, kernel.Value.SharedBytesFor(share), stream);
    }

    private void Launch(Lazy<CudaKernel<ScanForwardArguments>> kernel, in ScanForwardArguments arguments, int directions, nint stream)
    {
        int walked = arguments.Chunks - (arguments.Skip == SkippedChunk.None ? 0 : 1);
        kernel.Value.Launch(arguments, new Grid(_groups, (long)arguments.Batch * walked, directions), _threads, stream: stream);
    }
}
