using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Labelled video files, decoded when first asked for and kept in a <see cref="ClipCache"/> at the size that training needs.</summary>
public sealed class VideoFileClips : ITrainingClips
{
    private readonly IReadOnlyList<LabeledFile> _files;
    private readonly ClipCache _cache;
    private readonly SparseSampler _sampler;
    private readonly VideoDecoderOptions _decoder;
    private readonly int _mostFrames;
    private readonly string _sampling;

    /// <summary>Sets up a set. Nothing is read yet.</summary>
    /// <param name="files">The files and their labels.</param>
    /// <param name="cache">Where decoded clips are kept.</param>
    /// <param name="mostFrames">Frames kept of a video, at least 1: a longer one gives the middles of so many equal segments, a shorter one all its frames.</param>
    /// <param name="shortSide">Larger frames are resized to this short side, at least 1.</param>
    public VideoFileClips(IReadOnlyList<LabeledFile> files, ClipCache cache, int mostFrames, int shortSide)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, 1);
        (_files, _cache, _mostFrames) = (files, cache, mostFrames);
        _decoder = new VideoDecoderOptions { Threads = 1, MaxShortSide = shortSide };
        _sampler = new SparseSampler(mostFrames);
        _sampling = $"{mostFrames}x{shortSide}";
    }

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public TrainingLabel LabelOf(int index) => _files[index].Label;

    /// <inheritdoc/>
    public string? IdOf(int index) => Path.GetFileName(_files[index].Path);

    /// <inheritdoc/>
    public void ReadAhead(int index)
    {
        if (!_cache.IsFull) ReadClip(index);
    }

    /// <inheritdoc/>
    public VideoClip ReadClip(int index)
    {
        string path = _files[index].Path;
        return _cache.GetOrRead(ClipCache.KeyOf(path, _sampling), () => VideoReader.Read(path, Pick, _decoder));
    }

    /// <inheritdoc/>
    /// <remarks>Of more frames than the network takes each epoch draws others, at even distances (<see cref="EvenFrames"/>).</remarks>
    public string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        var clip = ReadClip(index);
        return preparation.Prepare(random is null ? clip : EvenFrames.Draw(clip, preparation.Frames, random), random, input);
    }

    private int[] Pick(VideoLength length) => length.Frames <= _mostFrames ? [.. Enumerable.Range(0, length.Frames)] : _sampler.Validation(length);
}
