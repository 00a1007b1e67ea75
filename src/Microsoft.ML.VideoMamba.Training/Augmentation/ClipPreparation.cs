using Microsoft.ML.VideoMamba.Kernels.Frames;
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

    /// <summary>Whether evaluated clips are frames of whole bytes, normalised: not where frames of a network that is not square, or of a small image network, are resampled.</summary>
    public bool EvaluatesBytes => _evaluation is { Layout: not CropLayout.Whole };

    /// <summary>How the frames of <see cref="EvaluationBytes"/> are normalised.</summary>
    public PixelNormalization Normalization => _evaluation?.Normalization ?? PixelNormalization.ImageNet;

    /// <summary>Says how a card makes what <see cref="Prepare"/> makes, of the same draws: equal but for rounding.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="random">Makes all draws; null to prepare as in evaluation.</param>
    public ResampledClip Plan(VideoClip clip, Random? random)
    {
        CheckFrames(clip);
        return random is null ? PlanEvaluation(clip) : PlanTraining(clip, random);
    }

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
        var (frames, draw, editor) = DrawTraining(clip, random);
        using (editor) Resample(clip, frames, draw, random, input, editor);
        _augmentation.Erasing?.Apply(input, frames.Length, _config.Height, _config.Width, random);
    }

    /// <summary>Prepares a clip as it is evaluated: the middle frame of each segment, short side resized, the middle cut out.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="input">Exactly <see cref="InputLength"/> floats, filled as (3, frames, height, width).</param>
    public void Evaluation(VideoClip clip, Span<float> input)
    {
        Check(clip, input);
        if (Fits(clip)) _evaluation!.Apply(Evaluated(clip), input);
        else Resample(clip, EvaluatedFrames(clip), MiddleOf(clip), new Random(0), input);
    }

    /// <summary>What <see cref="Evaluation"/> normalises: resized and cut frames.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="frames">Exactly <see cref="InputLength"/> bytes, filled as (frames, height, width, 3).</param>
    /// <exception cref="InvalidOperationException"><see cref="EvaluatesBytes"/> says no.</exception>
    public void EvaluationBytes(VideoClip clip, Span<byte> frames)
    {
        CheckFrames(clip);
        if (!EvaluatesBytes) throw new InvalidOperationException("The clips of this network are no whole bytes when they are evaluated.");
        _evaluation!.Cut(Evaluated(clip), frames);
    }

    private (int[] Frames, ClipDraw Draw, FrameEditor? Editor) DrawTraining(VideoClip clip, Random random)
    {
        int[] frames = clip.Frames == _config.Frames ? All() : _sampler.Training(clip.Frames, random);
        var draw = ClipDraw.Of(_augmentation, clip.Height, clip.Width, _config.Height, _config.Width, random);
        var editor = _editing?.Draw((clip.Height, clip.Width), ref draw, random);
        return (frames, draw, editor);
    }

    private ResampledClip PlanTraining(VideoClip clip, Random random)
    {
        var (frames, draw, editor) = DrawTraining(clip, random);
        using (editor)
        {
            var (height, width) = editor is null ? (clip.Height, clip.Width) : (editor.Height, editor.Width);
            var resampler = new ClipResampler(draw, (height, width), _config.Height, _config.Width);
            var plan = resampler.OnCard(frames.Select(frame => editor is null ? clip.FrameMemory(frame) : editor.Edit(clip.Frame(frame)).ToArray()), width, random);
            return _augmentation.Erasing is { } erasing ? plan with { Erased = [.. erasing.Draw(frames.Length, _config.Height, _config.Width, random)] } : plan;
        }
    }

    /// <summary>Frames that must be resized are resized in main memory, to whole bytes as the original's; only what is left is the card's.</summary>
    private ResampledClip PlanEvaluation(VideoClip clip)
    {
        if (!Fits(clip)) return new ClipResampler(MiddleOf(clip), (clip.Height, clip.Width), _config.Height, _config.Width).OnCard(Array.ConvertAll(EvaluatedFrames(clip), clip.FrameMemory), clip.Width, new Random(0));
        var view = _evaluation!.Resize(Evaluated(clip));
        var whole = new ClipDraw(0, 0, view.Width, view.Height, Flip: false, Gain: 1, Offset: 0, Noise: 0);
        return new ClipResampler(whole, (view.Height, view.Width), _config.Height, _config.Width).OnCard(Array.ConvertAll(All(), view.FrameMemory), view.Width, new Random(0));
    }

    private int[] EvaluatedFrames(VideoClip clip) => clip.Frames == _config.Frames ? All() : _sampler.Validation(clip.Frames);

    private VideoClip Evaluated(VideoClip clip) => new(clip.Path, clip.Height, clip.Width, Array.ConvertAll(EvaluatedFrames(clip), clip.FrameMemory));

    private bool Fits(VideoClip clip) => _evaluation is not null && _evaluation.ViewSize(clip.Height, clip.Width) == (_config.Height, _config.Width);

    /// <summary>The largest box of the network's proportion, from the middle.</summary>
    private ClipDraw MiddleOf(VideoClip clip)
    {
        double fit = Math.Min((double)clip.Width / _config.Width, (double)clip.Height / _config.Height), width = fit * _config.Width, height = fit * _config.Height;
        return new ClipDraw((clip.Width - width) / 2, (clip.Height - height) / 2, width, height, Flip: false, Gain: 1, Offset: 0, Noise: 0);
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

    private static void CheckFrames(VideoClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Frames == 0) throw new VideoException(clip.Path, "convert", "the clip has no frame");
    }

    private void Check(VideoClip clip, Span<float> input)
    {
        CheckFrames(clip);
        if (input.Length != InputLength) throw new ArgumentException($"{input.Length} floats were given; {InputLength} are needed.", nameof(input));
    }
}
