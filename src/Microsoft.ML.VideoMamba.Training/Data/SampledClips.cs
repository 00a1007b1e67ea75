using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>
/// Videos of a list, from which each epoch decodes other frames, as the original does: nothing is kept. A film under <see cref="ClipSampling.Windows"/> gives
/// a clip for each of its windows. (For sets that fit in memory, <see cref="Clips.VideoFileClips"/> decodes once.)
/// </summary>
public sealed class SampledClips : ITrainingSet
{
    private readonly DataList _list;
    private readonly IReadOnlyList<TrainingLabel> _labels;
    private readonly SamplingOptions _sampling;
    private readonly VideoDecoderOptions _decoder;
    private readonly List<(int Row, TimeWindow? Window)> _clips = [];

    /// <summary>Sets up a set. Nothing is read yet.</summary>
    /// <param name="list">The videos.</param>
    /// <param name="labels">One for each row, from <see cref="ClassNames.LabelsOf"/> or <see cref="RegressionTargets.Of"/>.</param>
    /// <param name="sampling">How frames are chosen; as many as the network takes.</param>
    /// <param name="decoder">How videos are decoded; a thread for each file if left out.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or there are not as many labels as rows.</exception>
    /// <exception cref="DataListException">Windows are asked for of rows without a duration.</exception>
    public SampledClips(DataList list, IReadOnlyList<TrainingLabel> labels, SamplingOptions sampling, VideoDecoderOptions? decoder = null)
    {
        ArgumentNullException.ThrowIfNull(list);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(sampling);
        sampling.Validate();
        if (labels.Count != list.Rows.Count) throw new ArgumentException($"There are {labels.Count} labels for {list.Rows.Count} rows.", nameof(labels));
        (_list, _labels, _sampling, _decoder) = (list, labels, sampling, decoder ?? new VideoDecoderOptions { Threads = 1 });
        if (sampling.Sampling == ClipSampling.Windows) RequireDurations(list);
        for (int row = 0; row < list.Rows.Count; row++)
        {
            foreach (var window in sampling.WindowsOf(list.Rows[row])) _clips.Add((row, window));
        }
    }

    /// <inheritdoc/>
    public int Count => _clips.Count;

    /// <summary>The row that a clip is of: several clips may be of one film, whose scores are merged.</summary>
    /// <param name="index">The clip, from 0.</param>
    public DataRow RowOf(int index) => _list.Rows[_clips[index].Row];

    /// <inheritdoc/>
    public TrainingLabel LabelOf(int index) => _labels[_clips[index].Row];

    /// <inheritdoc/>
    public string? IdOf(int index) => Path.GetFileName(RowOf(index).Path);

    /// <inheritdoc/>
    public string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        preparation.Prepare(ReadFor(index, random), random, input);
        return RowOf(index).Path;
    }

    /// <inheritdoc/>
    public bool HasFrames => true;

    /// <inheritdoc/>
    public (string Name, ResampledClip Clip) Plan(int index, ClipPreparation preparation, Random? random)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        return (RowOf(index).Path, preparation.Plan(ReadFor(index, random), random));
    }

    /// <summary>One of several test clips.</summary>
    /// <param name="index">The clip, from 0.</param>
    /// <param name="segment">Which of its test clips, from 0.</param>
    /// <param name="segments">Of how many.</param>
    /// <exception cref="VideoException">It cannot be read.</exception>
    public VideoClip ReadTest(int index, int segment, int segments) => Read(index, (sampler, length) => sampler.Test(length, segment, segments));

    private VideoClip ReadFor(int index, Random? random)
    {
        if (random is null) return Read(index, (sampler, length) => sampler.Validation(length));

        // The reader may ask twice, for the length that the header claims and for the true one: each time the draws start anew.
        int seed = random.Next();
        return Read(index, (sampler, length) => sampler.Training(length, new Random(seed)));
    }

    private VideoClip Read(int index, Func<FrameSampler, VideoLength, int[]> pick)
    {
        var row = RowOf(index);
        var sampler = _sampling.Sampler(_clips[index].Window);
        return VideoReader.Read(row.Path, length => pick(sampler, length with { Frames = Shown(row, length.Frames) }), _decoder);
    }

    private static int Shown(DataRow row, int frames) => row.Frames is not { } listed ? frames
        : listed <= frames ? listed
        : throw new VideoException(row.Path, "decode", $"line {row.Line} of the list says {listed} frames, but there are {frames}");

    private static void RequireDurations(DataList list)
    {
        var missing = list.Rows.Where(row => row.Duration is null).Select(row => (row.Line, "has no duration, which windows need")).ToList();
        if (missing.Count > 0) throw new DataListException(list.Source, missing);
    }
}
