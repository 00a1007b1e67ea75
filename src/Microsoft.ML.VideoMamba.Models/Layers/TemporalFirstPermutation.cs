using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>
/// Re-orders a clip's tokens from spatial-first (frame by frame) to temporal-first (place by place) and back; the class token stays first.
/// </summary>
/// <remarks>
/// With T temporal positions of N patches, place 1 + n T + t of the temporal-first order holds token 1 + t N + n. The two index tensors are made once per device.
/// </remarks>
public sealed class TemporalFirstPermutation : IDisposable
{
    private readonly ConcurrentDictionary<(DeviceType Type, int Index), Lazy<(Tensor Order, Tensor Inverse)>> _indices = new();
    private readonly int _temporalPositions;
    private readonly int _patches;

    /// <summary>Creates the permutation of 1 + <paramref name="temporalPositions"/> · <paramref name="patches"/> tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    public TemporalFirstPermutation(int temporalPositions, int patches)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(temporalPositions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(patches, 1);
        (_temporalPositions, _patches) = (temporalPositions, patches);
    }

    /// <summary>Tokens that are re-ordered, the class token included.</summary>
    public int Length => 1 + _temporalPositions * _patches;

    /// <summary>Tokens (batch, length, …) in spatial-first order to temporal-first order: a copy.</summary>
    /// <exception cref="ArgumentException">The token axis is not <see cref="Length"/> long.</exception>
    public Tensor Apply(Tensor tokens) => Check(tokens).index_select(1, On(tokens.device).Order);

    /// <summary>Tokens (batch, length, …) in temporal-first order back to spatial-first order: a copy.</summary>
    /// <exception cref="ArgumentException">The token axis is not <see cref="Length"/> long.</exception>
    public Tensor Undo(Tensor tokens) => Check(tokens).index_select(1, On(tokens.device).Inverse);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var pair in _indices.Values.Where(pair => pair.IsValueCreated))
        {
            pair.Value.Order.Dispose();
            pair.Value.Inverse.Dispose();
        }

        _indices.Clear();
    }

    private Tensor Check(Tensor tokens) => tokens.shape[1] == Length
        ? tokens
        : throw new ArgumentException($"A scan order other than spatial-first needs all {Length} tokens of {_temporalPositions} positions of {_patches} patches; there are {tokens.shape[1]}.", nameof(tokens));

    private (Tensor Order, Tensor Inverse) On(Device device) =>
        _indices.GetOrAdd((device.type, device.index), _ => new Lazy<(Tensor, Tensor)>(() => (Index(_patches, _temporalPositions, device), Index(_temporalPositions, _patches, device)))).Value;

    // A grid of `inner` rows and `outer` columns read column by column; the inverse is the same with the two swapped.
    private static Tensor Index(int outer, int inner, Device device)
    {
        var index = new long[1 + outer * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++) index[1 + o * inner + i] = 1 + i * outer + o;
        }

        return tensor(index, device: device).DetachFromDisposeScope();
    }
}
