using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Datasets;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Clips;

namespace Microsoft.ML.VideoMamba.Trainers;

/// <summary>Reads the rows of a data view into a set to train on, and warns of those that it leaves out.</summary>
/// <param name="environment">Says where files may be kept.</param>
/// <param name="host">Hears how far it is.</param>
/// <param name="channel">Gets the warnings.</param>
/// <param name="options">Columns, cache and what to do with clips that cannot be read.</param>
/// <param name="task">What the labels are.</param>
/// <param name="cancellation">Ends the reading.</param>
internal sealed class RowReader(IHostEnvironment environment, IHost host, IChannel channel, VideoMambaTrainer.Options options, TrainingTask task, HostCancellation cancellation)
{
    /// <summary>The feature and the label column of a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is missing or has the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There is one class only.</exception>
    public (DataViewSchema.Column Feature, DataViewSchema.Column Label, int Classes) Columns(DataViewSchema schema)
    {
        var feature = schema.Find("feature", options.FeatureColumnName);
        FeatureColumn.Check(feature);
        var label = schema.Find("label", options.LabelColumnName);
        int classes = LabelColumn.Check(label, task);
        if (task == TrainingTask.Classification && classes < 2) throw new InvalidOperationException($"Label column '{label.Name}' has {classes} class; at least 2 are needed to tell apart.");
        return (feature, label, classes);
    }

    /// <summary>Checks that a validation set is like the set that is learned from: one whose classes are numbered otherwise would choose the wrong epoch silently.</summary>
    public void CheckValidation(DataViewSchema schema, DataViewSchema.Column feature, int classes, KeyNames? names)
    {
        var (ownFeature, ownLabel, ownClasses) = Columns(schema);
        if (!ownFeature.Type.Equals(feature.Type)) throw SchemaMismatch.Type("validation feature", feature.Name, feature.Type.ToString()!, ownFeature.Type);
        var ownNames = task == TrainingTask.Classification ? KeyNames.Read(ownLabel) : null;
        if (ownClasses == classes && (names is null || ownNames is null || names.Texts.SequenceEqual(ownNames.Texts))) return;
        throw new ArgumentException(
            $"The validation set's label column '{ownLabel.Name}' has other keys than the training set's: map both with one fitted MapValueToKey.", nameof(schema));
    }

    /// <summary>Reads a data view.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="side">The shorter side of the largest frames that networks will take.</param>
    /// <param name="role">What the set is for: Training or Validation.</param>
    public RowSet Read(IDataView data, int side, string role)
    {
        long memoryBytes = options.CacheMemoryBytes ?? ClipCache.DefaultMemoryBytes;
        // A little more than the network takes, for random crops; the original's ratio.
        int shortSide = (side * 8 + 6) / 7;
        RowSet rows = data.Schema[options.FeatureColumnName].Type is VideoDataViewType
            ? new ClipRows(data, options.FeatureColumnName, shortSide, options.OnFailure, memoryBytes, options.CacheFolder ?? MLNet.TemporaryFolder(environment), options.CacheDiskBytes)
            : new PixelRows(data, options.FeatureColumnName, memoryBytes);
        try
        {
            Fill(rows, data, role);
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private void Fill(RowSet rows, IDataView data, string role)
    {
        var label = data.Schema[options.LabelColumnName];
        using var cursor = data.GetRowCursor([data.Schema[options.FeatureColumnName], label]);
        var labelOf = LabelColumn.Open(cursor, label);
        var add = rows.Open(cursor);
        long row = 0, withoutLabel = 0, withoutClip = 0;
        using var reading = new ReadingProgress(host, channel, role, data.GetRowCount());
        for (; cursor.MoveNext(); row++)
        {
            reading.RowDone();
            cancellation.ThrowIfCancelled();
            if (labelOf() is not { } found) withoutLabel++;
            else if (!add(found, row)) withoutClip++;
        }

        if (rows.Count == 0) throw new InvalidOperationException($"{role} set has 0 instances, aborting training: of {row} rows {withoutLabel} have no label and {withoutClip} no clip.");
        if (withoutLabel > 0) channel.Warning(MessageSensitivity.None, "{0} set: {1} rows have no label and are left out.", role, withoutLabel);
        if (withoutClip > 0) channel.Warning(MessageSensitivity.None, "{0} set: {1} rows have no clip and are left out.", role, withoutClip);
        if (rows.CacheShortage is { } shortage) channel.Warning(MessageSensitivity.None, "{0} set: {1}. The others are read again in each epoch.", role, shortage);
    }
}
