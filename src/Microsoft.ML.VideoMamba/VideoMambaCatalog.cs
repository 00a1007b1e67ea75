using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Interop;

namespace Microsoft.ML.VideoMamba;

/// <summary>Adds this library's components to the catalogs of an <see cref="MLContext"/>.</summary>
public static class VideoMambaCatalog
{
    /// <summary>Reads clips of videos: frames spread over each whole video.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">Name of the column of clips that is made.</param>
    /// <param name="inputColumnName">
    /// Name of the column that is read: text (the path of a video, an image or a folder of frames), a vector of Byte (a video file's content) or an image
    /// (a clip of one frame). The output's name if null.
    /// </param>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    public static VideoFrameLoader LoadVideoFrames(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int frames = 8) =>
        new(MLNet.Environment(catalog), new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName ?? outputColumnName, Frames = frames });

    /// <summary>Reads clips of videos.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to read, and how.</param>
    [OverloadResolutionPriority(1)]
    public static VideoFrameLoader LoadVideoFrames(this TransformsCatalog catalog, VideoFrameLoader.Options options) => new(MLNet.Environment(catalog), options);

    /// <summary>Turns clips into vectors (3, T, H, W) of Single, normalised as the networks expect.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">Name of the column of vectors that is made.</param>
    /// <param name="inputColumnName">Name of the column of clips that is read; the output's name if null.</param>
    /// <param name="frames">Frames of a vector, T.</param>
    /// <param name="imageSize">Height and width of a frame in pixels, H and W.</param>
    public static VideoPixelExtractor ExtractVideoPixels(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int frames = 8, int imageSize = 224) =>
        new(MLNet.Environment(catalog), new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName ?? outputColumnName, Frames = frames, ImageSize = imageSize });

    /// <summary>Turns clips into vectors (3, T, H, W) of Single, normalised as the networks expect.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to make, and of what.</param>
    [OverloadResolutionPriority(1)]
    public static VideoPixelExtractor ExtractVideoPixels(this TransformsCatalog catalog, VideoPixelExtractor.Options options) => new(MLNet.Environment(catalog), options);
}
