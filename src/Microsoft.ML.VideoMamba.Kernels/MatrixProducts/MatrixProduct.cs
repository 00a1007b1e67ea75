using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>Products of float32 matrices in main memory, at the rate of the multiply-add units whatever the CPU's maker.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>16 MB: a longer sum is gone through part by part.</summary>
    private const int MostFloatsOfPanels = 4 * 1024 * 1024;

    /// <summary>C = A B, or C += A B.</summary>
    /// <param name="a">(rows, depth).</param>
    /// <param name="b">(depth, columns).</param>
    /// <param name="c">(rows, columns), its columns neighbours.</param>
    /// <param name="width">The vectors to compute in.</param>
    /// <param name="add">Whether the product is added to what C holds.</param>
    public static void Run(MatrixView a, MatrixView b, MatrixView c, SimdWidth width, bool add = false)
    {
        int columns = PanelKernel.Count(b.Columns, width) * PanelKernel.ColumnsOf(width);
        long most = Math.Max(1, MostFloatsOfPanels / columns / ProductKernel.Depth) * ProductKernel.Depth;
        for (long first = 0; first < b.Rows; first += most)
        {
            long depth = Math.Min(most, b.Rows - first);
            using var scratch = Scratch.Rent();
            float* panels = scratch.Take(checked((int)(columns * depth)));
            SimdRunner.Run(new PanelKernel(b.SliceRows(first, depth), width, panels), width, ScalarType.Float32);
            SimdRunner.Run(new ProductKernel(a.Transposed.SliceRows(first, depth).Transposed, panels, c, add || first > 0, width), width, ScalarType.Float32);
        }
    }
}
