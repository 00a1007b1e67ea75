using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Datasets;

/// <summary>
/// The rows of a data view as a trainer needs them: in any order, many times. What was read of a row is kept as far as the bounds allow, and read from the data
/// view again beyond them.
/// </summary>
internal abstract class RowSet(IDataView data, string featureName) : ITrainingSet, IDisposable
{
    private readonly List<TrainingLabel> _labels = [];
    private readonly List<long> _rows = [];

    public int Count => _labels.Count;

    public TrainingLabel LabelOf(int index) => _labels[index];

    public abstract string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input);

    public virtual bool HasFrames => false;

    public virtual (string Name, ResampledClip Clip) Plan(int index, ClipPreparation preparation, Random? random) => throw new NotSupportedException("Vectors are not made of frames.");

    /// <summary>Opens the reading of rows into the set.</summary>
    /// <param name="cursor">It reads the feature column.</param>
    /// <returns>Reads the row that the cursor stands on; false where it has no clip.</returns>
    public abstract Func<TrainingLabel, long, bool> Open(DataViewRow cursor);

    /// <summary>Why later epochs are slower than they might be, or null.</summary>
    public abstract string? CacheShortage { get; }

    public abstract void Dispose();

    /// <summary>Counts a row in.</summary>
    /// <returns>Its index in the set.</returns>
    protected int Add(TrainingLabel label, long row)
    {
        _labels.Add(label);
        _rows.Add(row);
        return _labels.Count - 1;
    }

    protected string NameOf(int index) => $"row {_rows[index]} of column '{featureName}'";

    /// <summary>Reads a row's feature from the data view. Rows on the way to it are passed without being decoded.</summary>
    protected T Reread<T>(int index)
    {
        var feature = data.Schema[featureName];
        using var cursor = data.GetRowCursor([feature]);
        var get = cursor.GetGetter<T>(feature);
        for (long row = 0; row <= _rows[index]; row++)
        {
            if (!cursor.MoveNext()) throw new InvalidOperationException($"The data view gave fewer rows than before: it ends ahead of {NameOf(index)}.");
        }

        T value = default!;
        get(ref value);
        return value;
    }
}
