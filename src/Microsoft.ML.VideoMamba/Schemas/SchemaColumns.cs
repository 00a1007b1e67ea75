namespace Microsoft.ML.VideoMamba.Schemas;

/// <summary>Finds the columns that a component reads, in a schema and in a schema's shape.</summary>
internal static class SchemaColumns
{
    public static DataViewSchema.Column Find(this DataViewSchema schema, string role, string name) =>
        schema.GetColumnOrNull(name) ?? throw SchemaMismatch.Missing(role, name);

    public static SchemaShape.Column Find(this SchemaShape shape, string role, string name) =>
        shape.FirstOrDefault(column => column.Name == name) is { Name: not null } found ? found : throw SchemaMismatch.Missing(role, name);

    /// <summary>The shape with columns added; one with an existing name takes its place.</summary>
    public static SchemaShape With(this SchemaShape shape, params IEnumerable<SchemaShape.Column> added)
    {
        var columns = shape.ToDictionary(column => column.Name);
        foreach (var column in added) columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }

    /// <summary>How a shape's column is called in messages.</summary>
    public static string TypeName(this SchemaShape.Column column)
    {
        string item = column.IsKey ? $"Key<{column.ItemType}>" : column.ItemType.ToString()!;
        return column.Kind switch
        {
            SchemaShape.Column.VectorKind.Vector => $"Vector<{item}>",
            SchemaShape.Column.VectorKind.VariableVector => $"VarVector<{item}>",
            _ => item,
        };
    }
}
