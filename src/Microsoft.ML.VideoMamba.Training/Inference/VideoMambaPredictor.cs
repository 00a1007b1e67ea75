using System.Globalization;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>
/// A trained network with what it takes to score and embed videos: frames are chosen and prepared as the original evaluates, views are averaged.
/// Safe to call from several threads at once.
/// </summary>
public sealed class VideoMambaPredictor : IDisposable
{
    /// <summary>Views that run at once: more of them gain nothing on a CPU and cost memory.</summary>
    private const int MaxBatch = 8;

    private readonly ClipViews _views;
    private readonly PreparedModel _prepared;

    /// <summary>Takes over a network.</summary>
    /// <param name="model">The network; it is put into evaluation mode and disposed with the predictor.</param>
    /// <param name="labels">A name for each class, or null.</param>
    /// <param name="views">How many views of a video; one if left out.</param>
    /// <exception cref="ArgumentException">The labels are not as many as the classes, or the views do not fit the network.</exception>
    public VideoMambaPredictor(VideoMambaModel model, IReadOnlyList<string>? labels = null, ViewOptions? views = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (labels is not null && labels.Count != model.Config.Classes)
        {
            throw new ArgumentException($"The network has {model.Config.Classes} classes; {labels.Count} labels were given.", nameof(labels));
        }

        Model = model;
        Labels = labels;
        _views = new ClipViews(model.Config, views);
        _prepared = new PreparedModel(model);
    }

    /// <summary>The network.</summary>
    public VideoMambaModel Model { get; }

    /// <summary>A name for each class, or null.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>What the network computes in, and why it is not what <see cref="PredictorOptions.Precision"/> asked for.</summary>
    public PrecisionChoice Precision { get; private init; }

    /// <summary>Loads a checkpoint: the network's shape is read off the file.</summary>
    /// <param name="checkpoint">A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file.</param>
    /// <param name="options">What the file does not say, or what is wanted otherwise.</param>
    /// <exception cref="CheckpointException">The file cannot be read, is no VideoMamba, or contradicts the options.</exception>
    /// <exception cref="ArgumentException">An option is out of its range, or the device is not here.</exception>
    public static VideoMambaPredictor Load(string checkpoint, PredictorOptions? options = null)
    {
        var chosen = options ?? new PredictorOptions();
        var device = ComputeDevice.Find(chosen.Device);
        var precision = PrecisionChoice.For(chosen.Precision, device);
        using var file = Checkpoint.Open(checkpoint, chosen.Root);
        var stored = CheckpointConfig.Read(file, SaidOf(file, chosen));
        var config = stored with { Frames = chosen.Frames ?? stored.Frames, Height = chosen.Height ?? stored.Height, Width = chosen.Width ?? stored.Width };
        var model = new VideoMambaModel(config);
        try
        {
            CheckpointLoader.Load(model, file);
            precision.ApplyTo(model);
            model.to(device);
            return new VideoMambaPredictor(model, chosen.Labels ?? CheckpointMetadata.ReadLabels(file), chosen.Views) { Precision = precision };
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Frame numbers of the clips that <see cref="Score"/> and <see cref="Embed"/> want of a video.</summary>
    /// <param name="length">The video's length.</param>
    public IReadOnlyList<int[]> Pick(VideoLength length) => _views.Pick(length);

    /// <summary>Scores a video.</summary>
    /// <param name="clips">What <see cref="Pick"/> chose, decoded.</param>
    /// <returns>A probability for each class: softmax of each view, then the mean over views.</returns>
    /// <exception cref="InvalidOperationException">The network has no head.</exception>
    public float[] Score(IReadOnlyList<VideoClip> clips)
    {
        if (Model.Config.Classes == 0) throw new InvalidOperationException("The network has no head: it embeds, but cannot score.");
        return Run(clips, views => _prepared.Score(views).softmax(1)).Values;
    }

    /// <summary>Whether the network says a number of each video instead of telling classes apart: its head has one output.</summary>
    public bool IsRegression => Model.Config.Classes == 1;

    /// <summary>The number that a network says of a video, averaged over its views.</summary>
    /// <param name="clips">What <see cref="Pick"/> chose, decoded.</param>
    /// <exception cref="InvalidOperationException">The network tells classes apart, or has no head.</exception>
    public float Predict(IReadOnlyList<VideoClip> clips)
    {
        if (!IsRegression) throw new InvalidOperationException($"The network's head has {Model.Config.Classes} outputs; a number comes of one.");
        return Run(clips, _prepared.Score).Values[0];
    }

    /// <summary>The best classes of a video.</summary>
    /// <param name="scores">From <see cref="Score"/>.</param>
    /// <param name="count">How many, at least 1; fewer come if there are fewer classes.</param>
    /// <returns>Best first; equal scores in the order of their classes.</returns>
    public IReadOnlyList<ClassScore> Top(IReadOnlyList<float> scores, int count)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return [.. scores.Select((score, index) => new ClassScore(LabelOf(index), index, score)).OrderByDescending(top => top.Score).Take(count)];
    }

    /// <summary>Embeds a video.</summary>
    /// <param name="clips">What <see cref="Pick"/> chose, decoded.</param>
    /// <param name="pooling">Which features.</param>
    public Features Embed(IReadOnlyList<VideoClip> clips, Pooling pooling) => Run(clips, views => _prepared.Embed(views, pooling));

    /// <summary>Disposes the network.</summary>
    public void Dispose()
    {
        _prepared.Dispose();
        Model.Dispose();
    }

    /// <summary>A size describes the file only where the file's positions form no square; elsewhere it is what the network is to run at.</summary>
    private static ConfigOverrides SaidOf(Checkpoint file, PredictorOptions options)
    {
        var said = new ConfigOverrides { ScanOrder = options.ScanOrder, Stride = options.Stride };
        if (!file.TryGet("pos_embed", out var positions) || positions.Shape.Count != 3 || file.Metadata.ContainsKey(CheckpointMetadata.ConfigKey)) return said;
        long patches = positions.Shape[1] - 1, side = (long)Math.Sqrt(patches);
        return side * side == patches ? said : said with { Height = options.Height, Width = options.Width };
    }

    private string LabelOf(int index) => Labels?[index] ?? index.ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs the views of a video in batches and averages what comes out.</summary>
    private Features Run(IReadOnlyList<VideoClip> clips, Func<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(clips);
        if (clips.Count == 0) throw new ArgumentException("At least one clip is needed.", nameof(clips));
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        bool sent = FramePixels.AreMadeOn(Model.Device);
        var views = sent ? _views.BuildFrames(clips) : _views.Build(clips);
        Tensor? sum = null;
        for (long first = 0; first < views.shape[0]; first += MaxBatch)
        {
            using var batch = NewDisposeScope();
            var some = views.narrow(0, first, Math.Min(MaxBatch, views.shape[0] - first));
            var part = network(sent ? _views.Normalize(some, Model.Device) : some).sum([0]);
            sum = (sum is null ? part : sum + part).MoveToOuterDisposeScope();
        }

        var mean = (sum! / views.shape[0]).to(ScalarType.Float32).cpu();
        return new Features(mean.data<float>().ToArray(), Array.ConvertAll(mean.shape, size => (int)size));
    }
}
