using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>One thing that trials differ in: a field of a recipe and the values that it may take.</summary>
/// <param name="Name">The field as a recipe file nests it, such as <c>schedule.learning_rate</c>.</param>
public abstract record SearchParameter(string Name)
{
    /// <summary>What the first trial takes; null for the recipe's own value where the parameter allows it, else the middle of a range or the first of the choices.</summary>
    public JsonElement? Default { get; init; }

    /// <summary>When the parameter is drawn at all; in a trial where one of these does not hold the recipe's own value stays.</summary>
    public IReadOnlyList<ParameterCondition> When { get; init; } = [];

    /// <summary>The value at a place from 0 to 1.</summary>
    internal abstract JsonElement At(double place);

    /// <summary>How much of the axis, at most, one value takes; 0 where values follow each other without a gap.</summary>
    internal abstract double Width { get; }

    /// <summary>A place whose value this is; null for a value that the parameter does not allow.</summary>
    internal abstract double? PlaceOf(JsonElement value);

    /// <summary>Values that must all fit the recipe for every value to fit.</summary>
    internal abstract IEnumerable<JsonElement> Extremes { get; }

    /// <summary>The place that a search begins at where neither <see cref="Default"/> nor the recipe says one.</summary>
    internal abstract double Middle { get; }
}
