using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>Products of float32 matrices in main memory, at the rate of the multiply-add units whatever the CPU's maker.</summary>
internal static class MatrixProduct
{
    /// <summary>C = A B, or C += A B.</summary>
    /// <param name="a">(rows, depth).</param>
    /// <param name="b">(depth, columns).</param>
    /// <param name="c">(rows, columns), its columns neighbours.</param>
    /// <param name="width">The vectors to compute in.</param>
    /// <param name="add">Whether the product is added to what C holds.</param>
    public static void Run(MatrixView a, MatrixView b, MatrixView c, SimdWidth width, bool add = false)
    {
        using var scratch = Scratch.Rent();
        SimdRunner.Run(new ProductKernel(a, new Panels(b, width, scratch), c, add, width), width, ScalarType.Float32);
    }
}
