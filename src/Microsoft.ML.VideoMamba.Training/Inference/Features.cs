namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>The features of one video, averaged over its views.</summary>
/// <param name="Values">Row-major.</param>
/// <param name="Shape">(d), or (frames, d) and (tokens, d) for poolings that keep several vectors.</param>
public sealed record Features(float[] Values, int[] Shape);
