using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>Another parameter has one of some values.</summary>
/// <param name="Parameter">Its name; it stands above the one that depends on it.</param>
/// <param name="Values">The values.</param>
public sealed record ParameterCondition(string Parameter, IReadOnlyList<JsonElement> Values)
{
    /// <summary>Whether the trial's values meet it; those of a parameter that is not drawn do not.</summary>
    internal bool Holds(IReadOnlyDictionary<string, JsonElement> values) => values.TryGetValue(Parameter, out var value) && Values.Any(one => JsonElement.DeepEquals(one, value));
}
