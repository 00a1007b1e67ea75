using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Datasets;

/// <summary>Rows of a network's inputs, learned from as they are.</summary>
internal sealed class PixelRows(IDataView data, string featureName, long memoryBytes) : RowSet(data, featureName)
{
    private readonly string _featureName = featureName;
    private readonly List<float[]?> _kept = [];
    private long _bytes, _keptBytes;

    public override string? CacheShortage => _keptBytes < _bytes
        ? $"The vectors take {_bytes >> 20} MiB, of which {_keptBytes >> 20} MiB are kept: raise {nameof(VideoMambaTrainer.Options.CacheMemoryBytes)}, or learn from clips, which are smaller and kept on disk too"
        : null;

    public override Func<TrainingLabel, long, bool> Open(DataViewRow cursor)
    {
        var get = cursor.GetGetter<VBuffer<float>>(cursor.Schema[_featureName]);
        VBuffer<float> vector = default;
        return (label, row) =>
        {
            get(ref vector);
            if (!PixelVector.IsThere(vector)) return false;
            Add(label, row);
            long size = (long)vector.Length * sizeof(float);
            bool keep = _keptBytes + size <= memoryBytes;
            _kept.Add(keep ? [.. vector.DenseValues()] : null);
            _bytes += size;
            if (keep) _keptBytes += size;
            return true;
        };
    }

    public override string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input)
    {
        if (_kept[index] is { } kept) kept.CopyTo(input);
        else Reread<VBuffer<float>>(index).CopyTo(input);
        return NameOf(index);
    }

    public override void Dispose()
    {
    }
}
