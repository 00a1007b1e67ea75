namespace Microsoft.ML.VideoMamba.Models;

/// <summary>Parameters and arithmetic of one clip's or image's pass, computed from a configuration alone. A multiply-add counts as one operation.</summary>
/// <remarks>
/// The paper's numbers (table 1: Ti 1.1 G, S 4.3 G, M 12.7 G, B 16.9 G for an image of 224 x 224) count what lies outside its fused scan kernel: patch embedding,
/// in_proj, convolution, out_proj and head. That is <see cref="Dense"/>; what the scan adds is stated apart as <see cref="Scan"/>. Norms, activations and
/// exponentials are left out.
/// </remarks>
public sealed record ModelCost
{
    private ModelCost()
    {
    }

    /// <summary>Elements of all parameters.</summary>
    public long Parameters { get; private init; }

    /// <summary>Multiply-adds of the patch embedding.</summary>
    public long PatchEmbedding { get; private init; }

    /// <summary>Multiply-adds of all in_proj and out_proj.</summary>
    public long Projections { get; private init; }

    /// <summary>Multiply-adds of all causal convolutions.</summary>
    public long Convolutions { get; private init; }

    /// <summary>Multiply-adds of the head.</summary>
    public long Head { get; private init; }

    /// <summary>Multiply-adds of all x_proj and dt_proj: each token's own step sizes, B and C.</summary>
    public long Selection { get; private init; }

    /// <summary>Multiply-adds of all recurrences: four for each token, channel and state (delta A, decay, input, output), and three for each token and channel (delta u, D, gate).</summary>
    public long Recurrence { get; private init; }

    /// <summary>Multiply-adds as the paper counts them: all but <see cref="Scan"/>.</summary>
    public long Dense => PatchEmbedding + Projections + Convolutions + Head;

    /// <summary>Multiply-adds inside the selective scan: <see cref="Selection"/> and <see cref="Recurrence"/>.</summary>
    public long Scan => Selection + Recurrence;

    /// <summary>Multiply-adds of everything counted.</summary>
    public long Total => Dense + Scan;

    /// <summary>Counts.</summary>
    /// <exception cref="ArgumentException">The configuration is not valid.</exception>
    public static ModelCost Of(VideoMambaConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        long width = config.EmbedDim, inner = config.InnerDim, rank = config.DtRank, state = config.StateSize, depth = config.Depth;
        long directions = config.Bidirectional ? 2 : 1, orders = config.ScanOrder == ScanOrder.SpatioTemporalV2 ? 2 : 1;
        long tokens = config.SequenceLength, patches = tokens - 1;
        long patchWeights = (long)config.Channels * config.Tubelet * config.PatchSize * config.PatchSize * width;
        long selectionWeights = inner * (rank + 2 * state) + rank * inner;
        long walks = depth * directions * orders * tokens;
        return new ModelCost
        {
            Parameters = CountParameters(config, patchWeights, selectionWeights),
            PatchEmbedding = patches * patchWeights,
            Projections = depth * tokens * 3 * inner * width,
            Convolutions = walks * inner * config.ConvWidth,
            Head = width * config.Classes,
            Selection = walks * selectionWeights,
            Recurrence = walks * inner * (4 * state + 3),
        };
    }

    private static long CountParameters(VideoMambaConfig config, long patchWeights, long selectionWeights)
    {
        long width = config.EmbedDim, inner = config.InnerDim;
        long norm = config.Norm == NormKind.Layer ? 2 * width : width;
        long direction = selectionWeights
            + inner * (config.StateSize + 1) // A_log and D
            + inner * (config.ConvWidth + 1) // conv1d and its bias
            + inner; // dt_proj's bias
        long layer = 3 * inner * width + (config.Bidirectional ? 2 : 1) * direction + norm;
        long positions = width * (config.PatchesPerFrame + 1 + (config.IsVideo ? config.TemporalPositions : 0));
        long head = (width + 1) * config.Classes;
        return width + positions + patchWeights + width + head + config.Depth * layer + norm;
    }
}
