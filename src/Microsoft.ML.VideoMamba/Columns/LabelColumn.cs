using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba.Columns;

/// <summary>The column that says what is learned of a row.</summary>
internal static class LabelColumn
{
    private const string Key = "Key<UInt32>";

    public static SchemaShape.Column Check(SchemaShape.Column column, TrainingTask task)
    {
        bool scalar = column.Kind == SchemaShape.Column.VectorKind.Scalar;
        bool fits = task == TrainingTask.Regression ? NumberDataViewType.Single.Equals(column.ItemType) : column.IsKey && NumberDataViewType.UInt32.Equals(column.ItemType);
        return scalar && fits ? column : throw SchemaMismatch.Type("label", column.Name, Expected(task), column.TypeName());
    }

    /// <summary>Checks a column.</summary>
    /// <returns>Number of classes; 1 for regression.</returns>
    public static int Check(DataViewSchema.Column column, TrainingTask task)
    {
        if (task == TrainingTask.Regression && NumberDataViewType.Single.Equals(column.Type)) return 1;
        if (task == TrainingTask.Classification && column.Type is KeyDataViewType { RawType: var raw, Count: <= int.MaxValue } key && raw == typeof(uint)) return (int)key.Count;
        throw SchemaMismatch.Type("label", column.Name, Expected(task), column.Type);
    }

    /// <summary>What reads the label of the row that the cursor stands on; null for a missing one: key 0, or a number that is not finite.</summary>
    public static Func<TrainingLabel?> Open(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is KeyDataViewType)
        {
            var getKey = row.GetGetter<uint>(column);
            uint key = 0;
            return () =>
            {
                getKey(ref key);
                return key == 0 ? null : TrainingLabel.OfClass((int)(key - 1));
            };
        }

        var getValue = row.GetGetter<float>(column);
        float value = 0;
        return () =>
        {
            getValue(ref value);
            return float.IsFinite(value) ? TrainingLabel.OfValue(value) : null;
        };
    }

    private static string Expected(TrainingTask task) => task == TrainingTask.Regression ? NumberDataViewType.Single.ToString() : Key;
}
