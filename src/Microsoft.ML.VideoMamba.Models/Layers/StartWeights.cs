using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>The draw that the original starts its linear layers and positions from.</summary>
internal static class StartWeights
{
    private const double StandardDeviation = 0.02;

    /// <summary>
    /// Fills a tensor from a normal distribution of deviation 0.02. The original truncates it at ±2, a hundred deviations out, where nothing is cut; torch's own
    /// trunc_normal_ is passed over because TorchSharp's fills the tensor with one constant for such bounds.
    /// </summary>
    public static Tensor DrawNormal(this Tensor tensor) => nn.init.normal_(tensor, 0, StandardDeviation);
}
