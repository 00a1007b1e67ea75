using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The CUDA scan's kernels on one card and for one layout, and how a scan is divided among them.</summary>
internal sealed class CudaScan
{
    /// <summary>The d_state that the kernels are made for.</summary>
    public const int States = 16;

    /// <summary>Steps between two kept states, which the backward kernel takes at a time.</summary>
    public const int StepsPerKept = 8;

    private const int WarpChannels = 32, CarryThreads = 128;
    private const int ShortestChunk = 32;

    /// <summary>Groups of channels that a multiprocessor holds in a forward walk; warps that its registers hold of the backward kernel, by type.</summary>
    private const int ForwardGroups = 8, BackwardWarps = 12, BackwardWarpsFloat32 = 8;

    /// <summary>Groups of a multiprocessor below which fewer make none of them faster.</summary>
    private const int FewestGroups = 4;

    /// <summary>Groups of a multiprocessor up to which four warps share one, else two.</summary>
    private const int MostForFour = 5;

    /// <summary>Groups of a multiprocessor from which on more clips make a scan no faster.</summary>
    private const int Plenty = 23;

    /// <summary>Chunks that make up for walking a sequence twice, forwards; for leaving their first states to a later walk; for a backward scan's first walk.</summary>
    private const int FewestChunks = 7, FewestKnownChunks = 4, FewestBackwardChunks = 2;

    /// <summary>Warps that a block of the backward kernel can have, the usual number first.</summary>
    private static readonly int[] s_blockWarps = [4, 3];

    private static readonly ConcurrentDictionary<(int Device, CudaScanLayout Layout), CudaScan> s_made = new();

    private readonly CudaDevice _device;
    private readonly CudaScanLayout _layout;
    private readonly Dictionary<int, ScanWalks> _walks;
    private readonly Lazy<CudaKernel<ScanCarryArguments>> _carry;
    private readonly Dictionary<int, Lazy<CudaKernel<ScanBackwardArguments>>> _backward;

    private CudaScan(CudaDevice device, CudaScanLayout layout)
    {
        (_device, _layout) = (device, layout);
        (string, int)[] constants =
        [
            ("CHANNELS", layout.Channels), ("F32", layout.Float32 ? 1 : 0), ("SOFTPLUS", layout.Softplus ? 1 : 0), ("GATE", layout.Gate ? 1 : 0),
            ("DELTA_ROW", layout.DeltaRow), ("Z_ROW", layout.ZRow), ("BC_ROW", layout.BCRow), ("Y_ROW", layout.YRow), ("DY_ROW", layout.DyRow), ("EVERY", StepsPerKept),
        ];
        _walks = ScanWalks.Parts.ToDictionary(parts => parts, parts => new ScanWalks(device, layout.Channels, parts, constants));
        _carry = new(() => device.Kernel<ScanCarryArguments>(new KernelSource("scan_carry.cu", ("CHANNELS", layout.Channels)), "scan_carry"));
        _backward = s_blockWarps.ToDictionary(warps => warps, warps => new Lazy<CudaKernel<ScanBackwardArguments>>(() => device.Kernel<ScanBackwardArguments>(
            new KernelSource("scan_backward.cu", [.. constants, ("WARPS", warps), ("OUTPUTS_AGAIN", layout.OutputsAgain ? 1 : 0)]), "scan_backward")));
    }

    /// <summary>The kernels for that layout.</summary>
    public static CudaScan Get(CudaDevice device, CudaScanLayout layout) => s_made.GetOrAdd((device.Index, layout), key => new CudaScan(device, key.Layout));

    /// <summary>Kept states of a sequence.</summary>
    public static int KeptStates(int length) => Grid.Cover(length, StepsPerKept);

    /// <summary>
    /// Steps of the chunks that a forward scan cuts a sequence into: all of it where sequences and channels alone give the card enough warps. A cut scan walks
    /// the sequence twice, so that it pays only where it brings several times the warps.
    /// </summary>
    /// <param name="sequences">Batch times directions.</param>
    /// <param name="length">Steps of each.</param>
    public int ChunkFor(int sequences, int length) => ForwardChunkFor(Groups(sequences), _device.Multiprocessors, length);

    /// <summary>The same for a walk from known first states, which is not walked twice: as many as fill the places.</summary>
    /// <param name="sequences">Batch times directions.</param>
    /// <param name="length">Steps of each.</param>
    public int KnownChunkFor(int sequences, int length) => ChunkFor(Groups(sequences), (long)ForwardGroups * _device.Multiprocessors, length, FewestKnownChunks);

    /// <summary>How a backward scan is divided: into chunks, whose first walk costs a quarter of it, and blocks.</summary>
    /// <param name="sequences">Batch times directions.</param>
    /// <param name="length">Steps of each.</param>
    /// <param name="chunkSteps">Steps of the chunks, or null for as many as are found best.</param>
    /// <exception cref="ArgumentOutOfRangeException">A sequence is too long for the kernel's 32-bit places.</exception>
    public ScanBackwardPlan PlanBackward(int sequences, int length, int? chunkSteps = null)
    {
        int row = new[] { _layout.Channels, _layout.ZRow, _layout.DyRow, _layout.BCRow }.Max();
        if ((long)length * row > int.MaxValue) throw new ArgumentOutOfRangeException(nameof(length), length, $"A backward scan takes sequences of at most {int.MaxValue / row} steps for rows of {row} numbers.");
        int chunk = chunkSteps ?? ChunkFor(Groups(sequences), (long)BackwardWarpsOfMultiprocessor * _device.Multiprocessors, length, FewestBackwardChunks), chunks = Grid.Cover(length, chunk);
        int warps = BlockWarps(_layout.Channels, (long)sequences * chunks, _device.Multiprocessors);
        return new ScanBackwardPlan(chunk, chunks, warps, Grid.Cover(_layout.Channels, warps * WarpChannels));
    }

    /// <summary>
    /// The warps of the backward kernel's blocks. Blocks of four wait the least for one another, as each of a multiprocessor's four schedulers has one of their
    /// warps; others are taken where they spread clearly more evenly over the multiprocessors.
    /// </summary>
    internal static int BlockWarps(int channels, long walks, int multiprocessors)
    {
        const double Clearly = 0.9;
        long Busiest(int warps) => Grid.Cover(Grid.Cover(channels, warps * WarpChannels) * walks, multiprocessors) * (long)warps;
        return s_blockWarps.Skip(1).Aggregate(s_blockWarps[0], (best, warps) => Busiest(warps) < Clearly * Busiest(best) ? warps : best);
    }

    /// <summary>Groups of a sequence's channels.</summary>
    public static int GroupsOf(int channels) => Grid.Cover(channels, WarpChannels);

    /// <summary>Clips of a batch to scan at a time: more of them would take more memory, and no less time.</summary>
    /// <param name="batch">All clips.</param>
    /// <param name="groups">Groups of channels of a clip, its directions counted.</param>
    /// <param name="multiprocessors">The card's.</param>
    public static int ClipsAtOnce(int batch, int groups, int multiprocessors) => Grid.Cover(batch, (int)Math.Max(1, (long)batch * groups / (Plenty * multiprocessors)));

    /// <summary>Warps that share a group of channels in a forward walk: two take the fewest instructions, four the shortest steps, where groups are few.</summary>
    internal static int PartsFor(long groups, int multiprocessors) => groups <= (long)MostForFour * multiprocessors ? 4 : 2;

    /// <summary>So many chunks, where several pay, that the fullest multiprocessor has the fewest steps to walk; of those the fewest, as their states are carried on one by one.</summary>
    internal static int ForwardChunkFor(long groups, int multiprocessors, int length)
    {
        int most = (int)Math.Min((long)ForwardGroups * multiprocessors / groups, length / ShortestChunk);
        if (most < FewestChunks) return length;
        long Busiest(int chunk) => (long)Math.Max(FewestGroups, Grid.Cover(groups * Grid.Cover(length, chunk), multiprocessors)) * chunk;
        return Enumerable.Range(FewestChunks, most - FewestChunks + 1).Select(chunks => ChunkOf(length, chunks)).MinBy(Busiest);
    }

    /// <summary>As many chunks as fill the places for groups of channels once, if that is at least <paramref name="fewestChunks"/>; else none.</summary>
    internal static int ChunkFor(long groups, long places, int length, int fewestChunks)
    {
        long chunks = Math.Min(places / groups, length / ShortestChunk);
        if (chunks < fewestChunks) return length;
        return Math.Min(length, ChunkOf(length, (int)chunks));
    }

    /// <summary>Steps of each of so many chunks.</summary>
    public static int ChunkOf(int length, int chunks) => Grid.Cover(Grid.Cover(length, chunks), StepsPerKept) * StepsPerKept;

    /// <summary>Scans.</summary>
    /// <param name="arguments">
    /// The operands, Y, Kept, Batch, Length, Chunk and Reverse. With one chunk, First and Last are the first and last states; with several, First must be the
    /// place of a state for each chunk and Sums that of their sums. With one, Between may be the <see cref="PiecesRoom"/>: walks then end at the same time.
    /// </param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="first">With several chunks: the states before the first step, (directions, batch, N, channels), or 0.</param>
    /// <param name="last">With several chunks: receives the states after the last step, or 0.</param>
    /// <param name="stream">Where to queue.</param>
    /// <param name="parts">How many warps share a group of channels, or null for as many as are found best.</param>
    public void Forward(ScanForwardArguments arguments, int directions, nint first = 0, nint last = 0, nint stream = 0, int? parts = null)
    {
        var walks = Walks(arguments, directions, parts);
        if (WalksInPieces(arguments))
        {
            walks.InPieces(WithTickets(arguments, directions), directions, stream);
            return;
        }

        if (arguments.Chunks > 1)
        {
            var ends = arguments;
            (ends.First, ends.Last, ends.Kept, ends.Marks, ends.Skip) = (0, arguments.First, 0, 0, last == 0 ? SkippedChunk.Last : SkippedChunk.None);
            walks.Ends(ends, directions, stream);
            Carry(arguments, directions, arguments.First, first, last, backwards: false, stream);
        }

        walks.Outputs(arguments, directions, stream);
    }

    /// <summary>Float32 numbers that a scan in pieces wants room for.</summary>
    /// <param name="sequences">Batch times directions.</param>
    public long PiecesRoom(int sequences) => StatesOf(sequences) + ScanWalks.TicketsOf(Groups(sequences));

    /// <summary>Whether <see cref="Meet"/> takes such a scan: two directions in one chunk, with room for pieces, no states to keep or to mark.</summary>
    public static bool CanMeet(in ScanForwardArguments arguments, int directions) => directions == 2 && WalksInPieces(arguments);

    /// <summary>Scans in both directions and adds their outputs up.</summary>
    /// <param name="arguments">As for <see cref="Forward"/>; the sum lies in the first direction's place of Y, and the second one's is overwritten.</param>
    /// <param name="stream">Where to queue.</param>
    /// <param name="parts">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException"><see cref="CanMeet"/> says no.</exception>
    public void Meet(in ScanForwardArguments arguments, nint stream = 0, int? parts = null)
    {
        if (!CanMeet(arguments, directions: 2)) throw new ArgumentException("Walks meet in one chunk, with room for pieces, without states to keep or to mark.", nameof(arguments));
        Walks(arguments, directions: 2, parts).Meet(WithTickets(arguments, directions: 2), stream);
    }

    /// <summary>Walks again what <see cref="Forward"/> walked, for the states alone.</summary>
    /// <param name="arguments">The operands but for z and D; Kept, which receives the states; First, with several chunks what the forward scan left there.</param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="parts">As in <see cref="Forward"/>.</param>
    public void KeepStates(in ScanForwardArguments arguments, int directions, int? parts = null) => Walks(arguments, directions, parts).Ends(arguments, directions);

    /// <summary>Scans backwards.</summary>
    /// <param name="arguments">All of it, Chunk as the plan says; with several chunks Carried must be the place of a state for each chunk.</param>
    /// <param name="plan">How it is divided: DBC has the plan's channel groups.</param>
    /// <param name="directions">1 or 2.</param>
    /// <param name="sums">With several chunks: room for the sums of each, (directions, batch, chunks, channels).</param>
    /// <param name="last">With several chunks: the gradient of the last states / ln 2, (directions, batch, N, channels), or 0.</param>
    /// <param name="parts">With several chunks: as in <see cref="Forward"/>, for the walk to their ends.</param>
    public void Backward(ScanBackwardArguments arguments, ScanBackwardPlan plan, int directions, nint sums = 0, nint last = 0, int? parts = null)
    {
        arguments.Chunk = plan.Chunk;
        if (plan.Chunks > 1)
        {
            var ends = new ScanForwardArguments
            {
                U = arguments.Dy,
                Delta = arguments.Delta,
                Z = arguments.Z,
                BC = arguments.BC,
                A = arguments.A,
                Bias = arguments.Bias,
                Last = arguments.Carried,
                Sums = sums,
                DeltaDirection = (long)arguments.Batch * arguments.Length * _layout.Channels,
                DyDirection = arguments.DyDirection,
                Batch = arguments.Batch,
                Length = arguments.Length,
                Chunk = arguments.Chunk,
                Reverse = arguments.Reverse,
                Skip = SkippedChunk.First,
            };
            Walks(ends, directions, parts).AdjointEnds(ends, directions);
            Carry(ends, directions, arguments.Carried, last, 0, backwards: true, stream: 0);
        }

        _backward[plan.BlockWarps].Value.Launch(
            arguments, new Grid(plan.ChannelGroups, (long)arguments.Batch * plan.Chunks, directions), plan.BlockWarps * 32, BackwardSharedBytes(plan.BlockWarps));
    }

    private int BackwardWarpsOfMultiprocessor => _layout.Float32 ? BackwardWarpsFloat32 : BackwardWarps;

    private void Carry(in ScanForwardArguments scan, int directions, nint states, nint first, nint last, bool backwards, nint stream)
    {
        var arguments = new ScanCarryArguments
        {
            A = scan.A,
            States = states,
            Sums = scan.Sums,
            First = first,
            Last = last,
            Batch = scan.Batch,
            Chunks = scan.Chunks,
            Backwards = backwards ? 1 : 0,
        };
        _carry.Value.Launch(arguments, new Grid(Grid.Cover(_layout.Channels, CarryThreads), States, (long)directions * scan.Batch), CarryThreads, stream: stream);
    }

    private static bool WalksInPieces(in ScanForwardArguments arguments) => arguments is { Chunks: 1, Kept: 0, Marks: 0, Between: not 0 };

    private long StatesOf(int sequences) => (long)sequences * States * _layout.Channels;

    private ScanForwardArguments WithTickets(in ScanForwardArguments arguments, int directions) =>
        arguments with { Tickets = (nint)(arguments.Between + StatesOf(directions * arguments.Batch) * sizeof(float)) };

    private ScanWalks Walks(in ScanForwardArguments arguments, int directions, int? parts) =>
        _walks[parts ?? (arguments.Chunks > 1 ? ScanWalks.Parts[0] : PartsFor(Groups(directions * arguments.Batch), _device.Multiprocessors))];

    private long Groups(int sequences) => GroupsOf(_layout.Channels) * (long)sequences;

    /// <summary>The size of scan_backward.cu's BlockMemory.</summary>
    private int BackwardSharedBytes(int warps)
    {
        int element = _layout.Float32 ? sizeof(float) : sizeof(ushort), number = sizeof(float);
        int rows = 2 * StepsPerKept * 4 * WarpChannels * element, steps = StepsPerKept * (3 * WarpChannels + 2 * States) * number;
        int states = StepsPerKept / 2 * WarpChannels * States * number, kept = WarpChannels * States * element;
        int bc = 2 * StepsPerKept * 2 * States * element, wide = 4 * StepsPerKept * 2 * States * number;
        return warps * (rows + steps + states + kept) + bc + wide;
    }
}
