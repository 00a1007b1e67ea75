using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>Vectors of pixels, as <see cref="VideoPixelExtractor"/> makes them.</summary>
internal static class PixelVector
{
    /// <summary>Whether it holds pixels: the extractor makes NaN of a missing clip.</summary>
    public static bool IsThere(in VBuffer<float> vector) => vector.GetValues() is var values && (values.IsEmpty || !float.IsNaN(values[0]));
}
