using Microsoft.ML.VideoMamba.Video.Transforms;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>
/// Resized frames that go to a card as bytes, a quarter of the pixels that are made of them there. These are bit for bit those of main memory.
/// </summary>
public static class FramePixels
{
    private const float Levels = 255;

    /// <summary>Whether frames for that device are sent as bytes: to a card.</summary>
    /// <param name="device">Where the network is.</param>
    public static bool AreMadeOn(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == TorchSharp.DeviceType.CUDA;
    }

    /// <summary>Sends frames and normalises them there: (level / 255 - mean) / deviation, rounded after each step as in main memory.</summary>
    /// <param name="frames">(clips, frames, height, width, 3) bytes.</param>
    /// <param name="normalization">How.</param>
    /// <param name="device">Where to.</param>
    /// <returns>(clips, 3, frames, height, width), float32; owned by the caller's dispose scope.</returns>
    public static Tensor Make(Tensor frames, PixelNormalization normalization, Device device)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(normalization);
        using var scope = NewDisposeScope();

        // Tensors and no numbers: a division by a number is done as a product with its inverse on a card, which rounds otherwise.
        var constants = tensor([.. Enumerable.Repeat(Levels, 3), .. normalization.Mean, .. normalization.Deviation], [3, 3, 1, 1, 1], ScalarType.Float32).to(device);
        var pixels = frames.to(device).permute(0, 4, 1, 2, 3).contiguous().to_type(ScalarType.Float32);
        return pixels.div_(constants[0]).sub_(constants[1]).div_(constants[2]).MoveToOuterDisposeScope();
    }
}
