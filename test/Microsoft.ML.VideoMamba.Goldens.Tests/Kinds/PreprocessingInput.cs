using System.Text.Json;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A case's pixels as a clip, and the steps that both kinds of preprocessing share.</summary>
internal static class PreprocessingInput
{
    /// <summary>A tensor of (frames, height, width, 3) or (height, width, 3).</summary>
    public static VideoClip Clip(GoldenCase golden, string key)
    {
        var tensor = golden.Tensors[key];
        int width = (int)tensor.Shape[^2], height = (int)tensor.Shape[^3], frames = tensor.Shape.Length == 4 ? (int)tensor.Shape[0] : 1;
        int size = height * width * 3;
        return new VideoClip(key, height, width, [.. Enumerable.Range(0, frames).Select(t => tensor.Bytes.Slice(t * size, size))]);
    }

    public static PixelNormalization Normalization(GoldenCase golden) => new(Floats(golden.Params.GetProperty("mean")), Floats(golden.Params.GetProperty("std")));

    public static byte[] Resized(VideoClip clip, ClipTransform transform)
    {
        var (height, width) = transform.ResizedSize(clip.Height, clip.Width);
        var resizer = FrameResizer.Create(transform.Filter, clip.Height, clip.Width, height, width);
        int size = height * width * 3;
        var resized = new byte[clip.Frames * size];
        for (int t = 0; t < clip.Frames; t++) resizer.Resize(clip.Frame(t), resized.AsSpan(t * size, size));
        return resized;
    }

    private static float[] Floats(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetSingle())];
}
