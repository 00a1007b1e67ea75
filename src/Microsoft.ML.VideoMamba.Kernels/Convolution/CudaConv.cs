using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The CUDA convolution's kernels on one card and for one layout.</summary>
internal sealed class CudaConv
{
    private const int Threads = 128, ChannelsOfThread = 2, ForwardTokens = 28, BackwardTokens = 53;

    private static readonly ConcurrentDictionary<(int Device, CudaConvLayout Layout), CudaConv> s_made = new();

    private readonly CudaConvLayout _layout;
    private readonly Lazy<CudaKernel<ConvForwardArguments>> _forward;
    private readonly Lazy<CudaKernel<ConvBackwardArguments>> _backward;

    private CudaConv(CudaDevice device, CudaConvLayout layout)
    {
        _layout = layout;
        (string, int)[] constants =
        [
            ("CHANNELS", layout.Channels), ("F32", layout.Float32 ? 1 : 0), ("TAPS", layout.Taps), ("DIRECTIONS", layout.Directions),
            ("REVERSE", layout.First == SequenceDirection.Reverse ? 1 : 0), ("SILU", layout.Silu ? 1 : 0), ("X_ROW", layout.XRow), ("DX_ROW", layout.DxRow),
        ];
        _forward = new(() => device.Kernel<ConvForwardArguments>(new KernelSource("conv_forward.cu", [.. constants, ("TOKENS", ForwardTokens)]), "conv_forward"));
        _backward = new(() => device.Kernel<ConvBackwardArguments>(new KernelSource("conv_backward.cu", [.. constants, ("TOKENS", BackwardTokens)]), "conv_backward"));
    }

    /// <summary>The kernels for that layout.</summary>
    public static CudaConv Get(CudaDevice device, CudaConvLayout layout) => s_made.GetOrAdd((device.Index, layout), key => new CudaConv(device, key.Layout));

    /// <summary>The number of partial sums that the parameters' gradients come in.</summary>
    public static int PartialSums(int batch, int length) => checked(batch * Grid.Cover(length, BackwardTokens));

    /// <summary>Convolves.</summary>
    public void Forward(in ConvForwardArguments arguments, nint stream = 0) =>
        _forward.Value.Launch(arguments, GridFor(arguments.Batch, arguments.Length, ForwardTokens), Threads, stream: stream);

    /// <summary>Computes the gradients.</summary>
    public void Backward(in ConvBackwardArguments arguments) => _backward.Value.Launch(arguments, GridFor(arguments.Batch, arguments.Length, BackwardTokens), Threads);

    private Grid GridFor(int batch, int length, int tokensOfThread) =>
        new(Grid.Cover((long)(_layout.Channels / ChannelsOfThread) * Grid.Cover(length, tokensOfThread), Threads), batch);
}
