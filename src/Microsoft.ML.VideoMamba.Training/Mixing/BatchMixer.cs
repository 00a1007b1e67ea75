using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>Mixes the clips of a batch and their classes. Safe to share between threads.</summary>
public sealed class BatchMixer
{
    private readonly MixOptions _options;

    /// <summary>Mixes as the options say.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BatchMixer(MixOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Mixes a batch in place.</summary>
    /// <param name="clips">Normalised pixels, (batch, channels, frames, height, width), or (batch, channels, height, width) for images; they are changed.</param>
    /// <param name="labels">(batch), int64, on the same device.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="smoothing">Label smoothing, in [0, 1).</param>
    /// <param name="random">Makes all draws: the same generator gives the same mixture.</param>
    /// <returns>Soft targets, (batch, classes), for <see cref="Losses.CrossEntropy.OfTargets"/>.</returns>
    /// <exception cref="ArgumentException">The labels are not one int64 for each clip.</exception>
    /// <remarks>Unlike in the original, the mode <see cref="MixMode.Pair"/> cuts the same box out of a clip's every frame, and a batch may be odd.</remarks>
    public Tensor Mix(Tensor clips, Tensor labels, int classes, double smoothing, Random random)
    {
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(random);
        if (clips.dim() < 3) throw new ArgumentException($"Clips must be (batch, …, height, width); they are ({string.Join(", ", clips.shape)}).", nameof(clips));
        if (labels.dim() != 1 || labels.shape[0] != clips.shape[0]) throw new ArgumentException($"There must be one label for each of {clips.shape[0]} clips; they are ({string.Join(", ", labels.shape)}).", nameof(labels));
        return Apply(Draw((int)clips.shape[0], (int)clips.shape[^2], (int)clips.shape[^1], random), clips, labels, classes, smoothing);
    }

    /// <summary>Carries out a draw.</summary>
    /// <param name="mixes">One for all clips, or one for each.</param>
    /// <param name="clips">Changed in place.</param>
    /// <param name="labels">(batch), int64.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="smoothing">Label smoothing.</param>
    internal static Tensor Apply(IReadOnlyList<Mix> mixes, Tensor clips, Tensor labels, int classes, double smoothing)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        if (mixes.Any(mix => mix != Mixing.Mix.None))
        {
            var partners = clips.flip(0);
            if (mixes.Count == 1) mixes[0].Apply(clips, partners);
            else for (int i = 0; i < mixes.Count; i++) mixes[i].Apply(clips.select(0, i), partners.select(0, i));
        }

        var lambdas = tensor(mixes.Select(mix => (float)mix.Lambda).ToArray(), device: labels.device).unsqueeze(1);
        return SoftTargets.Of(labels, classes, lambdas, smoothing).MoveToOuterDisposeScope();
    }

    /// <summary>Each half of the pairs by its own draw, mirrored onto the other half; a clip that is its own partner stays alone.</summary>
    internal static IReadOnlyList<Mix> Mirror(IReadOnlyList<Mix> half, int batch) =>
        [.. Enumerable.Range(0, batch).Select(i => Math.Min(i, batch - 1 - i) is var pair && pair < half.Count ? half[pair] : Mixing.Mix.None)];

    /// <summary>One mix from a share that is drawn already.</summary>
    /// <param name="lambda">The share.</param>
    /// <param name="cuts">Whether it is cutmix.</param>
    /// <param name="size">Of a frame.</param>
    /// <param name="center">Draws a box's centre, if one is needed.</param>
    internal Mix Of(double lambda, bool cuts, (int Height, int Width) size, Func<(int Y, int X)> center)
    {
        if (lambda == 1) return Mixing.Mix.None;
        if (!cuts) return Mixing.Mix.Blend(lambda);
        var (y, x) = center();
        // The original draws shares for single clips as float32, and their roots then are.
        double ratio = _options.Mode == MixMode.Batch ? Math.Sqrt(1 - lambda) : MathF.Sqrt(1 - (float)lambda);
        return Mixing.Mix.Cut(lambda, CutBox.Of(ratio, size.Height, size.Width, y, x), size, _options.CorrectLambda);
    }

    private IReadOnlyList<Mix> Draw(int batch, int height, int width, Random random)
    {
        int draws = _options.Mode switch { MixMode.Batch => 1, MixMode.Pair => batch / 2, _ => batch };
        var mixes = new Mix[draws];
        for (int i = 0; i < draws; i++)
        {
            var (lambda, cuts) = DrawShare(random);
            mixes[i] = Of(lambda, cuts, (height, width), () => (random.Next(height), random.Next(width)));
        }

        return _options.Mode == MixMode.Pair ? Mirror(mixes, batch) : mixes;
    }

    private (double Lambda, bool Cuts) DrawShare(Random random)
    {
        bool mixes = random.NextDouble() < _options.Probability;
        bool cuts = _options.CutmixAlpha > 0 && (_options.MixupAlpha == 0 || random.NextDouble() < _options.SwitchProbability);
        double lambda = BetaDistribution.Draw(cuts ? _options.CutmixAlpha : _options.MixupAlpha, random);
        if (!mixes) return (1, false);
        return (_options.Mode == MixMode.Batch ? lambda : (float)lambda, cuts);
    }
}
