using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>One of several values, of any kind that the field takes. A search that moves in small steps moves between neighbours: order them, cheap ones first.</summary>
/// <param name="Name">The field.</param>
/// <param name="Values">At least one, each once.</param>
public sealed record ChoiceParameter(string Name, IReadOnlyList<JsonElement> Values) : SearchParameter(Name)
{
    internal override IEnumerable<JsonElement> Extremes => Values;

    internal override double Middle => Centre(0);

    internal override double Width => 1.0 / Values.Count;

    /// <summary>A choice of .NET values, written as JSON.</summary>
    /// <param name="name">The field.</param>
    /// <param name="values">Numbers, text, null, or objects with the fields' own names.</param>
    public static ChoiceParameter Of(string name, params ReadOnlySpan<object?> values)
    {
        var elements = new JsonElement[values.Length];
        for (int i = 0; i < elements.Length; i++) elements[i] = JsonSerializer.SerializeToElement(values[i]);
        return new ChoiceParameter(name, elements);
    }

    internal override JsonElement At(double place) => Values[Math.Min(Values.Count - 1, (int)(place * Values.Count))];

    internal override double? PlaceOf(JsonElement value)
    {
        for (int i = 0; i < Values.Count; i++)
        {
            if (JsonElement.DeepEquals(Values[i], value)) return Centre(i);
        }

        return null;
    }

    private double Centre(int index) => (index + 0.5) / Values.Count;
}
