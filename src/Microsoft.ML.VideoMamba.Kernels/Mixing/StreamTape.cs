using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// Hands the residual stream from a layer's backward pass to that of the layer before, so that only the last layer need keep it: each takes off again what it
/// had added, which in bfloat16 is half the size of the stream.
/// </summary>
/// <remarks>
/// One for each forward pass. What is handed on equals the stream to float32 rounding, and is the same at every run. A graph may be walked more than once, each time
/// from its end.
/// </remarks>
public sealed class StreamTape
{
    private Tensor? _sum;

    /// <summary>Hands a stream on: the taker owns the memory.</summary>
    internal void Leave(Tensor sum)
    {
        _sum?.Dispose();
        _sum = sum.alias().DetachFromDisposeScope();
    }

    /// <summary>Takes what was handed on; the caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">Nothing was: the layer behind was not walked back through.</exception>
    internal Tensor Take()
    {
        var sum = _sum ?? throw new InvalidOperationException("The layer behind left no stream: backward passes of one graph must not run at the same time.");
        _sum = null;
        return sum;
    }
}
