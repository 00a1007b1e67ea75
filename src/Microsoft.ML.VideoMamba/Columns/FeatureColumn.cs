using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Schemas;

namespace Microsoft.ML.VideoMamba.Columns;

/// <summary>The column that a network reads: clips, or vectors of its input's pixels.</summary>
internal static class FeatureColumn
{
    private const string Expected = "Video or Vector<Single>";

    public static void Check(SchemaShape.Column column)
    {
        bool isClip = column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is VideoDataViewType;
        bool isPixels = column.Kind == SchemaShape.Column.VectorKind.Vector && NumberDataViewType.Single.Equals(column.ItemType);
        if (!isClip && !isPixels) throw SchemaMismatch.Type("feature", column.Name, Expected, column.TypeName());
    }

    public static void Check(DataViewSchema.Column column)
    {
        if (column.Type is VideoDataViewType || PixelsOf(column) is not null) return;
        throw SchemaMismatch.Type("feature", column.Name, Expected, column.Type is VectorDataViewType { IsKnownSize: false } vector ? $"VarVector<{vector.ItemType}>" : column.Type);
    }

    /// <summary>Checks that a network of a given input can read the column.</summary>
    public static void Check(DataViewSchema.Column column, int frames, int height, int width)
    {
        Check(column);
        if (PixelsOf(column) is { } pixels && pixels.Size != 3L * frames * height * width)
        {
            throw SchemaMismatch.Type("feature", column.Name, $"Video or Vector<Single, 3, {frames}, {height}, {width}>", column.Type);
        }
    }

    /// <summary>The type of a column of vectors of known size; null for another column.</summary>
    public static VectorDataViewType? PixelsOf(DataViewSchema.Column column) =>
        column.Type is VectorDataViewType { IsKnownSize: true } vector && NumberDataViewType.Single.Equals(vector.ItemType) ? vector : null;
}
