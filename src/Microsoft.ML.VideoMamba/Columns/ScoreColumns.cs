using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Interop;

namespace Microsoft.ML.VideoMamba.Columns;

/// <summary>The columns that a trained model puts out, annotated as ML.NET's own trainers do, so that its evaluators and key conversions know them.</summary>
internal static class ScoreColumns
{
    private const string Classification = "MulticlassClassification", Regression = "Regression";
    private const string Score = "Score", PredictedLabel = "PredictedLabel";
    private const string SlotNames = "SlotNames", TrainingLabelValues = "TrainingLabelValues";
    private const string SetId = "ScoreColumnSetId", ColumnKind = "ScoreColumnKind", ValueKind = "ScoreValueKind";

    private static readonly KeyDataViewType s_setIdType = new(typeof(uint), int.MaxValue);

    /// <summary>A probability for each class, and the key of the most probable one.</summary>
    public static DataViewSchema.DetachedColumn[] OfClasses(DataViewSchema input, string scoreName, string labelName, int classes, KeyNames? names)
    {
        uint set = NextSet(input);
        var label = Annotate(set, Classification, PredictedLabel);
        var score = Annotate(set, Classification, Score);
        names?.AddTo(label, KeyNames.Annotation);
        names?.AddTo(score, TrainingLabelValues);
        if (names?.ItemType is TextDataViewType) names.AddTo(score, SlotNames);
        return
        [
            new(labelName, new KeyDataViewType(typeof(uint), classes), label.ToAnnotations()),
            new(scoreName, new VectorDataViewType(NumberDataViewType.Single, classes), score.ToAnnotations()),
        ];
    }

    /// <summary>A number.</summary>
    public static DataViewSchema.DetachedColumn OfNumber(DataViewSchema input, string scoreName) =>
        new(scoreName, NumberDataViewType.Single, Annotate(NextSet(input), Regression, Score).ToAnnotations());

    /// <summary>The shapes of what <see cref="OfClasses"/> gives.</summary>
    public static IEnumerable<SchemaShape.Column> ClassificationShapes(string scoreName, string labelName, SchemaShape.Column label)
    {
        var names = label.Annotations.FirstOrDefault(annotation => annotation.Name == KeyNames.Annotation && annotation.Kind == SchemaShape.Column.VectorKind.Vector);
        return ClassificationShapes(scoreName, labelName, names.Name is null ? null : names.ItemType);
    }

    /// <inheritdoc cref="ClassificationShapes(string, string, SchemaShape.Column)"/>
    public static IEnumerable<SchemaShape.Column> ClassificationShapes(string scoreName, string labelName, DataViewType? names)
    {
        List<SchemaShape.Column> label = [.. s_shapes], score = [.. s_shapes];
        if (names is not null) label.Add(Vector(KeyNames.Annotation, names));
        if (names is not null) score.Add(Vector(TrainingLabelValues, names));
        if (names is TextDataViewType) score.Add(Vector(SlotNames, names));
        return
        [
            MLNet.Column(labelName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, new SchemaShape(label)),
            MLNet.Column(scoreName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, annotations: new SchemaShape(score)),
        ];
    }

    /// <summary>The shape of what <see cref="OfNumber"/> gives.</summary>
    public static SchemaShape.Column RegressionShape(string scoreName) =>
        MLNet.Column(scoreName, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.Single, annotations: new SchemaShape(s_shapes));

    private static readonly SchemaShape.Column[] s_shapes =
    [
        MLNet.Column(SetId, SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true),
        MLNet.Column(ColumnKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
        MLNet.Column(ValueKind, SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance),
    ];

    private static SchemaShape.Column Vector(string name, DataViewType itemType) => MLNet.Column(name, SchemaShape.Column.VectorKind.Vector, itemType);

    private static DataViewSchema.Annotations.Builder Annotate(uint set, string columnKind, string valueKind)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue(ColumnKind, TextDataViewType.Instance, columnKind.AsMemory());
        builder.AddPrimitiveValue(ValueKind, TextDataViewType.Instance, valueKind.AsMemory());
        builder.AddPrimitiveValue(SetId, s_setIdType, set);
        return builder;
    }

    /// <summary>Columns of one model share a number that no other model's in the schema have.</summary>
    private static uint NextSet(DataViewSchema schema)
    {
        uint highest = 0;
        foreach (var column in schema)
        {
            if (column.Annotations.Schema.GetColumnOrNull(SetId) is not { Type: KeyDataViewType { RawType: var raw } } || raw != typeof(uint)) continue;
            uint value = 0;
            column.Annotations.GetValue(SetId, ref value);
            highest = Math.Max(highest, value);
        }

        return highest + 1;
    }
}
