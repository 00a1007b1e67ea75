using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Networks;

/// <summary>A model's matrix products alone, on tensors of its shapes: the yardstick of its forward pass and of its training step.</summary>
internal sealed class MatrixProducts : IDisposable
{
    private readonly List<Product> _products = [];

    /// <param name="config">The model.</param>
    /// <param name="batch">Clips of a batch.</param>
    /// <param name="type">The activations' type.</param>
    public MatrixProducts(VideoMambaConfig config, int batch, ScalarType type = ScalarType.Float32)
    {
        long patches = (long)batch * config.TemporalPositions * config.PatchesPerFrame, rows = (long)batch * config.SequenceLength;
        long pixels = (long)config.Channels * config.Tubelet * config.PatchSize * config.PatchSize;
        Add(patches, pixels, config.EmbedDim, 1, inputGradient: false);
        int directions = config.Bidirectional ? 2 : 1;
        Add(rows, config.EmbedDim, 2 * config.InnerDim, config.Depth);
        Add(rows, config.InnerDim, config.DtRank + 2 * config.StateSize, config.Depth * directions);
        Add(rows, config.DtRank, config.InnerDim, config.Depth * directions);
        Add(rows, config.InnerDim, config.EmbedDim, config.Depth);
        Add(batch, config.EmbedDim, config.Classes, 1);

        void Add(long rows, long inputs, long outputs, int times, bool inputGradient = true) => _products.Add(
            new(randn(rows, inputs, type), randn(outputs, inputs, type), randn(rows, outputs, type), times, inputGradient));
    }

    public void Forward()
    {
        foreach (var product in _products)
        {
            for (int i = 0; i < product.Times; i++) nn.functional.linear(product.X, product.Weight).Dispose();
        }
    }

    public void ForwardAndBackward()
    {
        Forward();
        foreach (var product in _products)
        {
            using var dyTransposed = product.Dy.t();
            for (int i = 0; i < product.Times; i++)
            {
                dyTransposed.mm(product.X).Dispose();
                if (product.InputGradient) product.Dy.mm(product.Weight).Dispose();
            }
        }
    }

    /// <summary>Multiply-adds of the forward pass.</summary>
    public double ForwardMultiplyAdds => _products.Sum(product => (double)product.X.shape[0] * product.X.shape[1] * product.Weight.shape[0] * product.Times);

    public void Dispose()
    {
        foreach (var product in _products)
        {
            product.X.Dispose();
            product.Weight.Dispose();
            product.Dy.Dispose();
        }
    }

    private sealed record Product(Tensor X, Tensor Weight, Tensor Dy, int Times, bool InputGradient);
}
