using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>Clips of which each byte is drawn.</summary>
internal static class NoiseClips
{
    public static VideoClip Make(int height, int width, int frames)
    {
        var random = new Random(height + width);
        byte[] Frame()
        {
            byte[] frame = new byte[height * width * 3];
            random.NextBytes(frame);
            return frame;
        }

        return new VideoClip("noise", height, width, [.. Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)Frame())]);
    }
}
