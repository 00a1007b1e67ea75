using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Kernels;

/// <summary>Our matrix products beside torch's, at the shapes of one layer, forwards and backwards.</summary>
internal static class ProductPairs
{
    public static void Run(int rows, int embedDim, double seconds)
    {
        int inner = 2 * embedDim, rank = embedDim / 16, selection = rank + 32;
        foreach (var (inputs, outputs) in new[] { (embedDim, 2 * inner), (inner, selection), (rank, inner), (inner, embedDim), (1536, embedDim) })
        {
            using var scope = NewDisposeScope();
            var (x, w, dy) = (randn(rows, inputs), randn(outputs, inputs), randn(rows, outputs));
            var (y, dx, dw) = (empty(rows, outputs), empty(rows, inputs), empty(outputs, inputs));
            var width = SimdRunner.PreferredWidth;
            Pair("y = x wᵀ", () => nn.functional.linear(x, w), () => MatrixProduct.Run(new(x), new MatrixView(w).Transposed, new(y), width));
            Pair("dx = dy w", () => dy.mm(w), () => MatrixProduct.Run(new(dy), new(w), new(dx), width));
            Pair("dw = dyᵀ x", () => dy.t().mm(x), () => MatrixProduct.Run(new MatrixView(dy).Transposed, new(x), new(dw), width));

            void Pair(string what, Action torchs, Action ours) => new Pairing().Add("torch", torchs).Add("ours", ours)
                .Run($"{what}: {rows} rows, {inputs} to {outputs} ({2e-9 * rows * inputs * outputs:f3} GFLOP)", seconds);
        }
    }
}
