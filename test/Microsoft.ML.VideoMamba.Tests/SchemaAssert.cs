using Microsoft.ML.VideoMamba.Interop;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>Checks what an estimator says of its output against what its transformer puts out.</summary>
internal static class SchemaAssert
{
    public static void AgreesWithData<TTransformer>(IEstimator<TTransformer> estimator, IDataView data)
        where TTransformer : class, ITransformer
    {
        string expected = Describe(MLNet.Shape(estimator.Fit(data).Transform(data).Schema));

        Assert.AreEqual(expected, Describe(estimator.GetOutputSchema(MLNet.Shape(data.Schema))));
    }

    public static string Describe(IDataView data) => Describe(MLNet.Shape(data.Schema));

    public static string Describe(SchemaShape shape) =>
        string.Join('\n', shape.OrderBy(column => column.Name, StringComparer.Ordinal).Select(column => $"{column.Name}: {column.Kind} {column.ItemType} key={column.IsKey} [{Annotations(column)}]"));

    private static string Annotations(SchemaShape.Column column) =>
        string.Join(", ", column.Annotations.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => $"{a.Name}: {a.Kind} {a.ItemType} key={a.IsKey}"));
}
