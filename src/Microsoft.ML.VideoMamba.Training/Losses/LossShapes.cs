using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Losses;

/// <summary>Torch would broadcast a wrong shape silently: losses ask for equal ones.</summary>
internal static class LossShapes
{
    public static void CheckEqual(Tensor logits, Tensor targets)
    {
        if (!logits.shape.AsSpan().SequenceEqual(targets.shape))
        {
            throw new ArgumentException($"Targets must have the shape of the logits, ({string.Join(", ", logits.shape)}); they have ({string.Join(", ", targets.shape)}).", nameof(targets));
        }
    }
}
