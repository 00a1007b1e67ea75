using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>
/// Sorts a model's parameters into groups. Not decayed: parameters of one dimension, names that end in <c>.bias</c>, and <see cref="Undecayed"/>. A_log and
/// A_b_log have two dimensions and are decayed, as in the original.
/// </summary>
/// <remarks>video_sm/optim_factory.py, get_parameter_groups and get_num_layer_for_vit.</remarks>
public sealed record ParameterGrouping
{
    /// <summary>The embeddings that a VideoMamba exempts from decay (no_weight_decay).</summary>
    public static IReadOnlySet<string> Embeddings { get; } = new HashSet<string> { "cls_token", "pos_embed", "temporal_pos_embedding" };

    /// <summary>Decay of the decayed parameters, at least 0.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Rate of a layer over that of the one above it, in (0, 1]; 1 for no layer decay.</summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>Which layer a parameter counts to.</summary>
    public LayerDecayMapping Mapping { get; init; } = LayerDecayMapping.Corrected;

    /// <summary>Names that are not decayed though they have several dimensions. The original's video-text model names none.</summary>
    public IReadOnlySet<string> Undecayed { get; init; } = Embeddings;

    /// <summary>Sorts parameters into groups, in the order in which each group's first parameter comes.</summary>
    /// <param name="parameters">Names, as in the checkpoint, and shapes.</param>
    /// <param name="depth">Blocks of the model (n_layers).</param>
    /// <exception cref="ArgumentException">A decay is out of its range.</exception>
    public IReadOnlyList<ParameterGroup> Group(IEnumerable<(string Name, long[] Shape)> parameters, int depth)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(depth);
        if (!(WeightDecay >= 0)) throw new ArgumentException($"{nameof(WeightDecay)} must be at least 0; it is {WeightDecay}.");
        if (LayerDecay is not (> 0 and <= 1)) throw new ArgumentException($"{nameof(LayerDecay)} must be in (0, 1]; it is {LayerDecay}.");
        return
        [
            .. parameters
                .GroupBy(parameter => (Decayed: IsDecayed(parameter.Name, parameter.Shape), Layer: LayerDecay < 1 ? LayerOf(parameter.Name, depth) : (int?)null))
                .Select(group => new ParameterGroup(
                    [.. group.Select(parameter => parameter.Name)],
                    group.Key.Decayed ? WeightDecay : 0,
                    group.Key.Layer is { } layer ? Math.Pow(LayerDecay, depth + 1 - layer) : 1,
                    group.Key.Layer)),
        ];
    }

    private bool IsDecayed(string name, long[] shape) =>
        shape.Length != 1 && !name.EndsWith(".bias", StringComparison.Ordinal) && !Undecayed.Contains(name);

    private int LayerOf(string name, int depth)
    {
        bool embedding = name is "cls_token" or "pos_embed" || name.StartsWith("patch_embed.", StringComparison.Ordinal);
        if (embedding || (Mapping == LayerDecayMapping.Corrected && name == "temporal_pos_embedding")) return 0;
        if (Mapping == LayerDecayMapping.Corrected && name.StartsWith("layers.", StringComparison.Ordinal))
        {
            return 1 + int.Parse(name.Split('.')[1], NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return depth + 1;
    }
}
