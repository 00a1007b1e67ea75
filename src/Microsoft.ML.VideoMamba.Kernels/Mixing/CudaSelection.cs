using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The CUDA kernel that convolves and selects at once, in bfloat16, on one card and for one layout: the convolved inputs are written but not read.</summary>
internal sealed class CudaSelection
{
    private const int TokensOfWarp = 32, WarpsOfBlock = 8, ThreadsOfWarp = 32, ChannelsAtOnce = 64, Taps = 4;

    /// <summary>Blocks that share a multiprocessor, so that one works while the other waits for copies.</summary>
    private const int BlocksAtOnce = 2;

    /// <summary>Wider selections do not fit into the registers.</summary>
    private const int MostSelected = 80;

    /// <summary>A warp walks through all channels, so that the last warps of all leave the card idle: where they fill less of it, a convolution and a product are faster.</summary>
    private const double LeastFilled = 0.65;

    private static readonly ConcurrentDictionary<(int Device, CudaSelectionLayout Layout), CudaSelection> s_made = new();

    private readonly CudaSelectionLayout _layout;
    private readonly Lazy<CudaKernel<ConvSelectArguments>> _kernel;

    private CudaSelection(CudaDevice device, CudaSelectionLayout layout)
    {
        _layout = layout;
        _kernel = new(() => device.Kernel<ConvSelectArguments>(
            new KernelSource(
                "conv_select.cu", ("CHANNELS", layout.Channels), ("SELECTED", layout.Selected), ("DIRECTIONS", layout.Directions), ("X_ROW", layout.XRow), ("WARPS", WarpsOfBlock)),
            "conv_select"));
    }

    /// <summary>The kernel for that layout.</summary>
    public static CudaSelection Get(CudaDevice device, CudaSelectionLayout layout) => s_made.GetOrAdd((device.Index, layout), key => new CudaSelection(device, key.Layout));

    /// <summary>Whether it takes a mixer's sizes, and the less time for them.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="multiprocessors">Of the card.</param>
    /// <param name="sharedBytes">Shared memory of a multiprocessor.</param>
    public static bool Pays(MixerShape shape, int multiprocessors, int sharedBytes) =>
        !shape.Float32 && shape.Taps == Taps && shape.Inner % ChannelsAtOnce == 0 && shape.Selected <= MostSelected
        && BlocksAtOnce * (SharedBytes(shape.Directions, shape.Selected) + CudaDevice.ReservedSharedBytes) <= sharedBytes
        && Filled(Warps(shape.Batch, shape.Length, shape.Directions), BlocksAtOnce * WarpsOfBlock * multiprocessors) >= LeastFilled;

    /// <summary>Convolves and selects.</summary>
    public void Run(in ConvSelectArguments arguments, nint stream = 0) => _kernel.Value.Launch(
        arguments,
        new Grid(Grid.Cover(Warps(arguments.Batch, arguments.Length, _layout.Directions), WarpsOfBlock)),
        WarpsOfBlock * ThreadsOfWarp,
        SharedBytes(_layout.Directions, _layout.Selected),
        stream);

    /// <summary>The share of a card's places that warps take, over all the times that they fill it.</summary>
    private static double Filled(int warps, int places) => warps / ((double)Grid.Cover(warps, places) * places);

    private static int Warps(int batch, int length, int directions) => checked(directions * batch * Grid.Cover(length, TokensOfWarp));

    /// <summary>The size of conv_select.cu's Shared: each warp's two stages of its tokens and of those that the taps reach, and x_proj, in rows of 16 bytes more than are used.</summary>
    private static int SharedBytes(int directions, int selected) =>
        ((WarpsOfBlock * 2 * (TokensOfWarp + Taps - 1)) + (directions * selected)) * ((ChannelsAtOnce * sizeof(ushort)) + 16);
}
