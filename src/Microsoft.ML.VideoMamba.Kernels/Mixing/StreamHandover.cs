namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What a layer's backward pass does with the residual stream, the sum that its norm reads. As it comes: it keeps the stream and hands nothing on.</summary>
/// <param name="Tape">Where streams are handed on; null for nowhere.</param>
/// <param name="Takes">Whether the layer behind, which alone may use this one's results, hands it its stream.</param>
/// <param name="Leaves">Whether it hands the layer before, whose results are its inputs, that one's stream.</param>
public readonly record struct StreamHandover(StreamTape? Tape, bool Takes, bool Leaves);
