using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Sampling;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>Turns any clip into the input of a network of fixed size: frames picked evenly, short side resized, the middle square cut out, normalised.</summary>
/// <param name="frames">Frames that the network takes, T.</param>
/// <param name="size">Side of its square frames, H = W.</param>
internal sealed class ClipPixels(int frames, int size)
{
    private readonly SparseSampler _sampler = new(frames);
    private readonly ClipTransform _transform = ClipTransform.Validation(size, size);

    /// <summary>Numbers of one input, 3 * T * H * W.</summary>
    public int Length { get; } = checked(3 * frames * size * size);

    /// <summary>Writes a clip as (3, T, H, W).</summary>
    public void Write(VideoClip clip, Span<float> destination) => _transform.Apply(Pick(clip), destination);

    /// <summary>The clip itself if it has the right number of frames, else frames from the middle of equal parts of it.</summary>
    private VideoClip Pick(VideoClip clip)
    {
        if (clip.Frames == frames) return clip;
        int[] picked = _sampler.Validation(new VideoLength(clip.Frames, 0));
        return new VideoClip(
            clip.Path, clip.Height, clip.Width, [.. picked.Select(clip.FrameMemory)], [.. picked.Select(t => clip.Indices[t])], [.. picked.Select(t => clip.Times[t])], clip.Gaps);
    }
}
