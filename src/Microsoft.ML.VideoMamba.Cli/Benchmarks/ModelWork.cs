using Microsoft.ML.VideoMamba.Models;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>
/// The least work of networks: their matrix products, convolutions and scans, reading the weights once (a backward pass also writes their gradients, a
/// step also reads and writes both moments and the weights). Norms, sums and what lies between the kernels are left out: they could be fused away.
/// </summary>
internal static class ModelWork
{
    /// <summary>The mixers of all layers over a number of tokens; what the tokens' own bytes cost lies in the scans.</summary>
    public static LeastWork OfMixers(VideoMambaConfig config, double tokens, int elementSize, bool backward)
    {
        double inner = config.InnerDim, directions = config.Bidirectional ? 2 : 1, selection = config.DtRank + 2.0 * config.StateSize;
        double products = tokens * (3 * inner * config.EmbedDim + directions * inner * (selection + config.DtRank));
        double convolution = directions * tokens * inner * (config.ConvWidth + 1);
        var layer = directions * ScanWork.Of(tokens, config.InnerDim, config.StateSize, elementSize, backward)
            + new LeastWork(0, (backward ? 3 : 1) * products, (backward ? 3 : 1) * convolution, (backward ? 2 : 1) * directions * tokens * inner);
        return config.Depth * layer;
    }

    /// <summary>A network's pass over a batch of clips.</summary>
    public static LeastWork Of(VideoMambaConfig config, int batch, int elementSize, bool backward)
    {
        double parameters = ModelCost.Of(config).Parameters, pixels = (double)batch * config.Channels * config.Frames * config.Height * config.Width;
        var work = OfMixers(config, (double)batch * config.SequenceLength, elementSize, backward);
        return work with
        {
            Bytes = work.Bytes + pixels * sizeof(float) + parameters * elementSize * (backward ? 2 : 1),
            Products = MatrixProducts.MultiplyAdds(config, batch, backward),
        };
    }

    /// <summary>An AdamW step: the gradients are read, weights and both moments are read and written, in float32.</summary>
    public static LeastWork OfStep(VideoMambaConfig config)
    {
        double parameters = ModelCost.Of(config).Parameters;
        return new LeastWork(7 * sizeof(float) * parameters, Vector: 6 * parameters, Special: 2 * parameters);
    }
}
