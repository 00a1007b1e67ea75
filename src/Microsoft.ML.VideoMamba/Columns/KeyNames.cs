using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.Columns;

/// <summary>What the classes of a label column are called: its KeyValues, of whatever type they are. Class 0 is key 1.</summary>
internal abstract class KeyNames
{
    public const string Annotation = "KeyValues";

    private static readonly JsonSerializerOptions s_json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = { new TextConverter() } };

    private static readonly PrimitiveDataViewType[] s_types =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance, NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16,
        NumberDataViewType.Int32, NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
        DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance,
    ];

    /// <summary>The type of a name.</summary>
    public abstract PrimitiveDataViewType ItemType { get; }

    /// <summary>The names as text.</summary>
    public abstract IReadOnlyList<string> Texts { get; }

    /// <summary>Adds the names to a column's annotations.</summary>
    public abstract void AddTo(DataViewSchema.Annotations.Builder builder, string annotation);

    public abstract Stored Store();

    public static KeyNames OfText(IEnumerable<string> names) => new Of<ReadOnlyMemory<char>>(TextDataViewType.Instance, [.. names.Select(name => name.AsMemory())]);

    /// <summary>The names that a label column gives its classes, or null.</summary>
    public static KeyNames? Read(DataViewSchema.Column label)
    {
        if (label.Annotations.Schema.GetColumnOrNull(Annotation) is not { Type: VectorDataViewType { IsKnownSize: true } vector }) return null;
        return Array.Find(s_types, type => type.Equals(vector.ItemType)) is { } type
            ? Generic<Func<DataViewSchema.Annotations, PrimitiveDataViewType, KeyNames>>(nameof(ReadAs), type)(label.Annotations, type)
            : null;
    }

    /// <summary>The names that a model zip holds.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static KeyNames Restore(Stored stored)
    {
        try
        {
            var type = Array.Find(s_types, type => type.ToString() == stored.Type) ?? throw new InvalidDataException($"The classes' names are of the unknown type '{stored.Type}'.");
            return Generic<Func<JsonElement, PrimitiveDataViewType, KeyNames>>(nameof(RestoreAs), type)(stored.Values, type);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"The classes' names cannot be read: {error.Message}", error);
        }
    }

    private static KeyNames ReadAs<T>(DataViewSchema.Annotations annotations, PrimitiveDataViewType type)
    {
        VBuffer<T> values = default;
        annotations.GetValue(Annotation, ref values);
        return new Of<T>(type, [.. values.DenseValues()]);
    }

    private static KeyNames RestoreAs<T>(JsonElement values, PrimitiveDataViewType type) => new Of<T>(type, values.Deserialize<T[]>(s_json) ?? []);

    private static TDelegate Generic<TDelegate>(string name, PrimitiveDataViewType type)
        where TDelegate : Delegate =>
        typeof(KeyNames).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type.RawType).CreateDelegate<TDelegate>();

    /// <summary>The names as a model zip holds them.</summary>
    /// <param name="Type">ML.NET's name of the type.</param>
    /// <param name="Values">An array of them.</param>
    public sealed record Stored(string Type, JsonElement Values);

    private sealed class Of<T>(PrimitiveDataViewType type, T[] values) : KeyNames
    {
        public override PrimitiveDataViewType ItemType => type;

        public override IReadOnlyList<string> Texts { get; } = Array.ConvertAll(values, value => Convert.ToString(value is ReadOnlyMemory<char> ? value.ToString() : value, CultureInfo.InvariantCulture) ?? "");

        public override void AddTo(DataViewSchema.Annotations.Builder builder, string annotation) =>
            builder.Add(annotation, new VectorDataViewType(type, values.Length), (ref VBuffer<T> value) =>
            {
                var editor = VBufferEditor.Create(ref value, values.Length);
                values.CopyTo(editor.Values);
                value = editor.Commit();
            });

        public override Stored Store() => new(type.ToString()!, JsonSerializer.SerializeToElement(values, s_json));
    }

    private sealed class TextConverter : JsonConverter<ReadOnlyMemory<char>>
    {
        public override ReadOnlyMemory<char> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString().AsMemory();

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<char> value, JsonSerializerOptions options) => writer.WriteStringValue(value.Span);
    }
}
