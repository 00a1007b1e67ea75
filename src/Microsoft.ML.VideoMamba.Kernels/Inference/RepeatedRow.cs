using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>Float32 rows that are all alike on a card: what a product is then added to.</summary>
internal static class RepeatedRow
{
    private const int Threads = 256;

    /// <summary>The kernel, compiled and loaded.</summary>
    public static CudaKernel<RepeatRowArguments> Kernel(CudaDevice device) => device.Kernel<RepeatRowArguments>(new KernelSource("repeat_row.cu"), "repeat_row");

    /// <summary>Writes a row again and again.</summary>
    /// <param name="kernel">Of the card.</param>
    /// <param name="row">The row; 0 for zeros.</param>
    /// <param name="to">Receives the numbers.</param>
    /// <param name="total">How many.</param>
    /// <param name="width">Numbers of the row.</param>
    /// <param name="stream">Where to queue.</param>
    public static void Fill(this CudaKernel<RepeatRowArguments> kernel, nint row, nint to, long total, int width, nint stream = 0) =>
        kernel.Launch(new RepeatRowArguments { Row = row, To = to, Total = total, Width = width }, new Grid(Grid.Cover(total, Threads)), Threads, stream: stream);
}
