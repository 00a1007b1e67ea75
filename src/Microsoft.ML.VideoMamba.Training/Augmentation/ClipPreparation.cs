using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Sampling;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Turns a decoded clip into a network's input, (3, frames, height, width) float32, changed at random to learn from or as evaluated. Safe to share between threads.</summary>
public sealed class ClipPreparation
{
    private readonly VideoMambaConfig _config;
    private readonly ClipAugmentation _augmentation;
    private readonly ClipEditing? _editing;
    private readonly SparseSampler _sampler;
    private readonly ClipTransform? _evaluation;

    /// <summary>Prepares for a network.</summary>
    /// <param name="config">The network's shape; it must take 3 channels.</param>
    /// <param name="augmentation">How clips are changed to learn from; the defaults if left out.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public ClipPreparation(VideoMambaConfig config, ClipAugmentation? augmentation = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        config.Validate();
        if (config.Channels != 3) throw new ArgumentException($"The network takes {config.Channels} channels; decoded frames have 3.", nameof(config));
        _config = config;
        _augmentation = augmentation ?? new ClipAugmentation();
        _augmentation.Validate();
        _editing = ClipEditing.Of(_augmentation, (config.Height, config.Width));
        _sampler = new SparseSampler(config.Frames);
        _evaluation = config.Height == config.Width ? (config.IsVideo ? ClipTransform.Test(config.Height, views: 1) : ClipTransform.Image(config.Height)) : null;
        InputLength = checked(3 * config.Frames * config.Height * config.Width);
    }

    /// <summary>Frames that the network takes.</summary>
    public int Frames => _config.Frames;

    /// <summary>Floats of a prepared clip.</summary>
    public int InputLength { get; }

    /// <summary>Prepares a clip to learn from or as it is evaluated.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="random">Makes all draws; null to prepare as in evaluation.</param>
    /// <param name="input">Exactly <see cref="InputLength"/> floats, filled as (3, frames, height, width).</param>
    /// <returns>The clip's path.</returns>
    public string Prepare(VideoClip clip, Random? random, Span<float> input)
    {
        if (random is null) Evaluation(clip, input);
        else Training(clip, random, input);
        return clip.Path;
    }

    /// <summary>Prepares a clip to learn from: frames drawn from equal segments (unless the clip has just as many as are taken), then one draw for all of them.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="random">Makes all draws: the same generator gives the same input.</param>
    /// <param name="input">Exactly <see cref="InputLength"/> floats, filled as (3, frames, height, width).</param>
    public void Training(VideoClip clip, Random random, Span<float> input)
    {
        Check(clip, input);
        ArgumentNullException.ThrowIfNull(random);
        int[] frames = clip.Frames == _config.Frames ? All() : _sampler.Training(clip.Frames, random);
        var draw = ClipDraw.Of(_augmentation, clip.Height, clip.Width, _config.Height, _config.Width, random);
        using var editor = _editing?.Draw((clip.Height, clip.Width), ref draw, random);
        Resample(clip, frames, draw, random, input, editor);
        _augmentation.Erasing?.Apply(input, frames.Length, _config.Height, _config.Width, random);
    }

    /// <summary>Prepares a clip as it is evaluated: the middle frame of each segment, short side resized, the middle cut out.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="input">Exactly <see cref="InputLength"/> floats, filled as (3, frames, height, width).</param>
    public void Evaluation(VideoClip clip, Span<float> input)
    {
        Check(clip, input);
        int[] frames = clip.Frames == _config.Frames ? All() : _sampler.Validation(clip.Frames);
        if (_evaluation is not null && _evaluation.ViewSize(clip.Height, clip.Width) == (_config.Height, _config.Width))
        {
            _evaluation.Apply(new VideoClip(clip.Path, clip.Height, clip.Width, Array.ConvertAll(frames, clip.FrameMemory)), input);
            return;
        }

        double fit = Math.Min((double)clip.Width / _config.Width, (double)clip.Height / _config.Height), width = fit * _config.Width, height = fit * _config.Height;
        Resample(clip, frames, new ClipDraw((clip.Width - width) / 2, (clip.Height - height) / 2, width, height, Flip: false, Gain: 1, Offset: 0, Noise: 0), new Random(0), input);
    }

    private void Resample(VideoClip clip, int[] frames, ClipDraw draw, Random random, Span<float> input, FrameEditor? editor = null)
    {
        var (height, width) = editor is null ? (clip.Height, clip.Width) : (editor.Height, editor.Width);
        var resampler = new ClipResampler(draw, (height, width), _config.Height, _config.Width);
        int plane = _config.Height * _config.Width;
        for (int t = 0; t < frames.Length; t++)
        {
            var frame = clip.Frame(frames[t]);
            resampler.Frame(editor is null ? frame : editor.Edit(frame), width, input[(t * plane)..], frames.Length * plane, random);
        }
    }

    private int[] All() => [.. Enumerable.Range(0, _config.Frames)];

    private void Check(VideoClip clip, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Frames == 0) throw new VideoException(clip.Path, "convert", "the clip has no frame");
        if (input.Length != InputLength) throw new ArgumentException($"{input.Length} floats were given; {InputLength} are needed.", nameof(input));
    }
}
