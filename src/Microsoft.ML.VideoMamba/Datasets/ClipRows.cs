using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Clips;
using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Datasets;

/// <summary>Rows of clips, shrunk to what training needs and kept in a <see cref="ClipCache"/>.</summary>
internal sealed class ClipRows : RowSet
{
    private const string FolderStart = "videomamba-";

    private readonly string _featureName;
    private readonly FailurePolicy _onFailure;
    private readonly int _shortSide;
    private readonly string? _folder;
    private readonly ClipCache _cache;
    private readonly ConcurrentDictionary<int, VideoException> _failures = new();
    private readonly Dictionary<int, MakeClip> _origins = [];
    private long _bytes;

    /// <param name="data">The rows.</param>
    /// <param name="featureName">The column of clips.</param>
    /// <param name="shortSide">Larger frames are shrunk to this short side.</param>
    /// <param name="onFailure">Whether a clip that cannot be read ends the reading.</param>
    /// <param name="memoryBytes">Most bytes kept in memory.</param>
    /// <param name="folder">Where the others are kept, in a folder of the set's own.</param>
    /// <param name="diskBytes">Most bytes kept there.</param>
    public ClipRows(IDataView data, string featureName, int shortSide, FailurePolicy onFailure, long memoryBytes, string folder, long diskBytes)
        : base(data, featureName)
    {
        (_featureName, _shortSide, _onFailure) = (featureName, shortSide, onFailure);
        _folder = diskBytes > 0 ? Path.Combine(folder, $"{FolderStart}{Guid.NewGuid():N}") : null;
        _cache = new ClipCache(memoryBytes, _folder, diskBytes);
    }

    public override string? CacheShortage
    {
        get
        {
            if (_cache.DiskFailure is { } failure) return $"Clips could not be written to {_folder}: {failure.Message}";
            long kept = _cache.MemoryBytes + _cache.DiskBytes;
            return kept < _bytes ? $"The clips take {_bytes >> 20} MiB, of which {kept >> 20} MiB are kept: raise {nameof(VideoMambaTrainer.Options.CacheMemoryBytes)} or {nameof(VideoMambaTrainer.Options.CacheDiskBytes)}" : null;
        }
    }

    public override Func<TrainingLabel, long, bool> Open(DataViewRow cursor)
    {
        var get = cursor.GetGetter<VideoClip?>(cursor.Schema[_featureName]);
        return (label, row) =>
        {
            VideoClip? clip = null;
            try
            {
                get(ref clip);
            }
            catch (VideoException error) when (_onFailure != FailurePolicy.Throw)
            {
                _failures[Add(label, row)] = error;
                return true;
            }

            if (clip is null) return false;
            int index = Add(label, row);
            if (ClipOrigins.Of(clip) is { } origin) _origins[index] = origin;
            var kept = _cache.GetOrRead(KeyOf(index), () => ClipShrinker.Shrink(clip, _shortSide));
            _bytes += (long)kept.Frames * kept.Height * kept.Width * 3;
            return true;
        };
    }

    private VideoClip ReadClip(int index)
    {
        if (_failures.TryGetValue(index, out var failure)) throw failure;
        return _cache.GetOrRead(KeyOf(index), () => ClipShrinker.Shrink(MakeAgain(index) ?? throw new VideoException(NameOf(index), "read", "the clip is missing, which it was not before"), _shortSide));
    }

    /// <summary>By the clip's own origin where that is known; else by going through the rows to it.</summary>
    private VideoClip? MakeAgain(int index) => _origins.TryGetValue(index, out var make) ? make(threads: 1, CancellationToken.None) : Reread<VideoClip?>(index);

    public override string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input) => preparation.Prepare(ReadClip(index), random, input);

    public override bool HasFrames => true;

    public override (string Name, ResampledClip Clip) Plan(int index, ClipPreparation preparation, Random? random)
    {
        var clip = ReadClip(index);
        return (clip.Path, preparation.Plan(clip, random));
    }

    /// <summary>Takes away what sets keep in a folder, those of killed processes too, and the folder if nothing else is in it. No set may be using it.</summary>
    public static void DeleteAll(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string own in Directory.EnumerateDirectories(folder, $"{FolderStart}*")) ClipCache.Delete(own);
        ClipCache.Delete(folder);
    }

    public override void Dispose()
    {
        if (_folder is not null) ClipCache.Delete(_folder);
    }

    private static string KeyOf(int index) => index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
