using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>What a block hands to the next: the two summands of the stream after it.</summary>
/// <param name="Hidden">The mixer's result, not yet added, (batch, tokens, embed_dim), in the weights' type.</param>
/// <param name="Residual">The sum of the embedded tokens and of all earlier layers' results, (batch, tokens, embed_dim), float32.</param>
public readonly record struct LayerOutput(Tensor Hidden, Tensor Residual)
{
    /// <summary>Moves both tensors to the dispose scope around the current one.</summary>
    public LayerOutput MoveToOuterDisposeScope() => new(Hidden.MoveToOuterDisposeScope(), Residual.MoveToOuterDisposeScope());

    /// <summary>Releases both tensors.</summary>
    internal void Dispose()
    {
        Hidden.Dispose();
        Residual.Dispose();
    }

    /// <summary>The same tokens of both tensors: a view.</summary>
    internal LayerOutput Narrow(long start, long length) => new(Hidden.narrow(1, start, length), Residual.narrow(1, start, length));
}
