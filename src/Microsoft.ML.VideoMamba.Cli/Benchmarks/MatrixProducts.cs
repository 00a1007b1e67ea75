using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>
/// All matrix products of a network's pass and nothing else, in the same shapes, type and order, each with weights of its own: the yardstick that the whole
/// pass is measured against. Patch embedding; in each layer in_proj, x_proj and dt_proj of each direction, out_proj; the head.
/// </summary>
internal sealed class MatrixProducts : IDisposable
{
    private readonly bool _backward;
    private readonly List<MatrixProduct> _products;
    private readonly List<Tensor> _weights;
    private readonly Dictionary<(long Rows, long Width), Tensor> _rows;

    public MatrixProducts(BenchOptions options, bool backward)
    {
        _backward = backward;
        _products = [.. Of(options.Config, options.Batch)];
        using var scope = NewDisposeScope();
        _weights = [.. _products.Select(product => Random(product.Outputs, product.Inputs))];
        _rows = _products.SelectMany(product => new[] { (product.Rows, product.Inputs), (product.Rows, product.Outputs) }).Distinct()
            .ToDictionary(shape => shape, shape => Random(shape.Rows, shape.Item2));

        Tensor Random(long rows, long columns) => randn([rows, columns], device: options.Device).to(options.DType).DetachFromDisposeScope();
    }

    /// <summary>Multiply-adds of a run.</summary>
    public static double MultiplyAdds(VideoMambaConfig config, int batch, bool backward) =>
        Of(config, batch).Sum(product => product.MultiplyAdds + (backward ? product.BackwardMultiplyAdds : 0));

    /// <summary>Multiplies once.</summary>
    public void Run()
    {
        using var noGradients = no_grad();
        for (int i = 0; i < _products.Count; i++)
        {
            using var scope = NewDisposeScope();
            nn.functional.linear(_rows[(_products[i].Rows, _products[i].Inputs)], _weights[i]);
        }

        for (int i = _products.Count - 1; _backward && i >= 0; i--)
        {
            using var scope = NewDisposeScope();
            var product = _products[i];
            var gradient = _rows[(product.Rows, product.Outputs)];
            gradient.t().mm(_rows[(product.Rows, product.Inputs)]);
            if (!product.FromPixels) gradient.mm(_weights[i]);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _weights.Concat(_rows.Values)) tensor.Dispose();
    }

    private static IEnumerable<MatrixProduct> Of(VideoMambaConfig config, int batch)
    {
        long width = config.EmbedDim, inner = config.InnerDim, selection = config.DtRank + 2 * config.StateSize;
        long tokens = (long)batch * config.SequenceLength, patches = tokens - batch;
        yield return new(patches, (long)config.Channels * config.Tubelet * config.PatchSize * config.PatchSize, width, FromPixels: true);
        for (int layer = 0; layer < config.Depth; layer++)
        {
            yield return new(tokens, width, 2 * inner);
            for (int direction = 0; direction < (config.Bidirectional ? 2 : 1); direction++)
            {
                yield return new(tokens, inner, selection);
                yield return new(tokens, config.DtRank, inner);
            }

            yield return new(tokens, inner, width);
        }

        if (config.Classes > 0) yield return new(batch, width, config.Classes);
    }
}
