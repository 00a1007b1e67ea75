using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Sampling;
using Microsoft.ML.VideoMamba.Video.Transforms;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>Turns a video into the views that a network scores: which frames, and what happens to their pixels, as the original evaluates.</summary>
public sealed class ClipViews
{
    private readonly VideoMambaConfig _config;
    private readonly SparseSampler _sampler;
    private readonly ClipTransform _transform;
    private readonly int _segments;

    /// <summary>Prepares for a network.</summary>
    /// <param name="config">The network's shape. Frames are square or cut to its height and width.</param>
    /// <param name="options">How many views; one if left out.</param>
    /// <exception cref="ArgumentException">The options are out of range, or do not fit the network.</exception>
    public ClipViews(VideoMambaConfig config, ViewOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        var chosen = options ?? new ViewOptions();
        chosen.Validate();
        if (config.Channels != 3) throw new ArgumentException($"The network takes {config.Channels} channels; decoded frames have 3.", nameof(config));
        if (!config.IsVideo && chosen.Crops != 1) throw new ArgumentException($"An image model is evaluated on the middle crop; {nameof(ViewOptions.Crops)} is {chosen.Crops}.", nameof(options));
        if (config.Height != config.Width && chosen.Crops != 1) throw new ArgumentException($"A network of {config.Height}x{config.Width} is evaluated on the middle crop; {nameof(ViewOptions.Crops)} is {chosen.Crops}.", nameof(options));
        _config = config;
        _segments = chosen.Segments;
        _sampler = new SparseSampler(config.Frames);
        _transform = !config.IsVideo ? ClipTransform.Image(config.Height)
            : config.Height == config.Width ? ClipTransform.Test(config.Height, chosen.Crops)
            : ClipTransform.Covering(config.Height, config.Width);
    }

    /// <summary>Frame numbers of each segment's clip.</summary>
    /// <param name="length">The video's length.</param>
    public IReadOnlyList<int[]> Pick(VideoLength length) => [.. Enumerable.Range(0, _segments).Select(segment => _sampler.Test(length, segment, _segments))];

    /// <summary>Prepares all views of a video.</summary>
    /// <param name="clips">What <see cref="Pick"/> chose, decoded.</param>
    /// <returns>(views, 3, frames, height, width), or (views, 3, height, width) for an image model; float32, in main memory; owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">A clip has another number of frames, or cannot be brought to the network's size.</exception>
    public Tensor Build(IReadOnlyList<VideoClip> clips)
    {
        var pixels = empty([CountViews(clips), 3, _config.Frames, _config.Height, _config.Width], ScalarType.Float32);
        Fill<float>(pixels, clips, _transform.Apply);
        return Shaped(pixels);
    }

    /// <summary>What <see cref="Build"/> normalises: the views' frames, for <see cref="Normalize"/> to send to a card.</summary>
    /// <param name="clips">What <see cref="Pick"/> chose, decoded.</param>
    /// <returns>(views, frames, height, width, 3) bytes, in main memory; owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">A clip has another number of frames, or cannot be brought to the network's size.</exception>
    public Tensor BuildFrames(IReadOnlyList<VideoClip> clips)
    {
        var frames = empty([CountViews(clips), _config.Frames, _config.Height, _config.Width, 3], ScalarType.Byte);
        Fill<byte>(frames, clips, _transform.Cut);
        return frames;
    }

    /// <summary>Makes a network's input of frames, on a device.</summary>
    /// <param name="frames">Some of the views that <see cref="BuildFrames"/> gave.</param>
    /// <param name="device">Where the network is.</param>
    /// <returns>As <see cref="Build"/> gives them, there.</returns>
    public Tensor Normalize(Tensor frames, Device device) => Shaped(FramePixels.Make(frames, _transform.Normalization, device));

    private long CountViews(IReadOnlyList<VideoClip> clips)
    {
        ArgumentNullException.ThrowIfNull(clips);
        foreach (var clip in clips) Check(clip);
        return (long)clips.Count * _transform.Views;
    }

    private static void Fill<T>(Tensor tensor, IReadOnlyList<VideoClip> clips, FillViews<T> fill)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(tensor.bytes);
        int size = values.Length / clips.Count;
        for (int i = 0; i < clips.Count; i++) fill(clips[i], values.Slice(i * size, size));
    }

    private Tensor Shaped(Tensor pixels) => _config.IsVideo ? pixels : pixels.squeeze_(2);

    private delegate void FillViews<T>(VideoClip clip, Span<T> views);

    private void Check(VideoClip clip)
    {
        if (clip.Frames != _config.Frames) throw new ArgumentException($"{clip.Path}: the network takes {_config.Frames} frames, the clip has {clip.Frames}.", nameof(clip));
        if (_transform.ViewSize(clip.Height, clip.Width) != (_config.Height, _config.Width))
        {
            throw new ArgumentException($"{clip.Path}: images for a network this small are taken as they are: {_config.Height}x{_config.Width} is needed, the image has {clip.Height}x{clip.Width}.", nameof(clip));
        }
    }
}
