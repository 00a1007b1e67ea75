namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>The embedding of one input.</summary>
/// <param name="Path">The input.</param>
/// <param name="Values">Row-major.</param>
/// <param name="Shape">(d) for one vector, (frames, d) or (tokens, d) for several.</param>
internal sealed record Embedding(string Path, float[] Values, int[] Shape)
{
    /// <summary>A vector as an array, several as an array of arrays.</summary>
    public object Nested => Shape.Length == 1 ? Values : Values.Chunk(Shape[^1]).ToArray();
}
