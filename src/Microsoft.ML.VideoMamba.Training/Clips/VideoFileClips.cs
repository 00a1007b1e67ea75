using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Labelled video files, decoded when first asked for and kept in a <see cref="ClipCache"/> at the size that training needs.</summary>
public sealed class VideoFileClips : ITrainingClips
{
    private static readonly VideoDecoderOptions s_decoder = new() { Threads = 1 };

    private readonly IReadOnlyList<LabeledFile> _files;
    private readonly ClipCache _cache;
    private readonly SparseSampler _sampler;
    private readonly int _mostFrames, _shortSide;
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
        (_files, _cache, _mostFrames, _shortSide) = (files, cache, mostFrames, shortSide);
        _sampler = new SparseSampler(mostFrames);
        _sampling = $"{mostFrames}x{shortSide}";
    }

    /// <inheritdoc/>
    public int Count => _files.Count;

    /// <inheritdoc/>
    public TrainingLabel LabelOf(int index) => _files[index].Label;

    /// <inheritdoc/>
    public VideoClip ReadClip(int index)
    {
        string path = _files[index].Path;
        return _cache.GetOrRead(ClipCache.KeyOf(path, _sampling), () => Shrink(VideoReader.Read(path, Pick, s_decoder)));
    }

    private int[] Pick(VideoLength length) => length.Frames <= _mostFrames ? [.. Enumerable.Range(0, length.Frames)] : _sampler.Validation(length);

    private VideoClip Shrink(VideoClip clip)
    {
        if (Math.Min(clip.Height, clip.Width) <= _shortSide) return clip;
        var (height, width) = FrameResizer.ShortSide(clip.Height, clip.Width, _shortSide);
        var resizer = FrameResizer.Create(ResizeFilter.Bilinear, clip.Height, clip.Width, height, width);
        var frames = new ReadOnlyMemory<byte>[clip.Frames];
        for (int t = 0; t < frames.Length; t++)
        {
            byte[] frame = GC.AllocateUninitializedArray<byte>(height * width * 3);
            resizer.Resize(clip.Frame(t), frame);
            frames[t] = frame;
        }

        return new VideoClip(clip.Path, height, width, frames, clip.Indices, clip.Times, clip.Gaps);
    }
}
