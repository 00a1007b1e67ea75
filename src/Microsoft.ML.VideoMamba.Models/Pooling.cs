using System.Globalization;

namespace Microsoft.ML.VideoMamba.Models;

/// <summary>How a clip's tokens become its embedding. Written <c>cls</c>, <c>mean</c>, <c>frames</c>, <c>tokens</c> or <c>layer:K</c>, K from 0.</summary>
public sealed record Pooling
{
    private const string LayerPrefix = "layer:";

    private Pooling(PoolingKind kind, int? layerIndex = null) => (Kind, LayerIndex) = (kind, layerIndex);

    /// <summary>The normed class token.</summary>
    public static Pooling Cls { get; } = new(PoolingKind.Cls);

    /// <summary>The mean of the normed patch tokens.</summary>
    public static Pooling Mean { get; } = new(PoolingKind.Mean);

    /// <summary>The mean of each temporal position's normed patch tokens.</summary>
    public static Pooling Frames { get; } = new(PoolingKind.Frames);

    /// <summary>All normed tokens.</summary>
    public static Pooling Tokens { get; } = new(PoolingKind.Tokens);

    /// <summary>Which features.</summary>
    public PoolingKind Kind { get; }

    /// <summary>The layer of <see cref="PoolingKind.Layer"/>, from 0; null for the others.</summary>
    public int? LayerIndex { get; }

    /// <summary>The class token of the stream after layer <paramref name="index"/>, under the final norm; that after the last layer equals <see cref="Cls"/>.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is negative.</exception>
    public static Pooling Layer(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new Pooling(PoolingKind.Layer, index);
    }

    /// <summary>Reads what <see cref="ToString"/> writes, in any case.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> is none of the forms.</exception>
    public static Pooling Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ToLowerInvariant() switch
        {
            "cls" => Cls,
            "mean" => Mean,
            "frames" => Frames,
            "tokens" => Tokens,
            var layer when layer.StartsWith(LayerPrefix, StringComparison.Ordinal)
                && int.TryParse(layer.AsSpan(LayerPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int index) => Layer(index),
            _ => throw new FormatException($"'{text}' is no pooling: cls, mean, frames, tokens or layer:K with K from 0."),
        };
    }

    /// <summary>The written form.</summary>
    public override string ToString() => Kind == PoolingKind.Layer
        ? string.Create(CultureInfo.InvariantCulture, $"{LayerPrefix}{LayerIndex}")
        : Kind.ToString().ToLowerInvariant();
}
