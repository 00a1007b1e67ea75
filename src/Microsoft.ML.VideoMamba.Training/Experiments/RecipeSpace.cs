using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>
/// What the trials of an experiment may differ in: fields of a recipe, under their names in a recipe file. A JSON file too (<see cref="RecipeSpaceFile"/>). Tuners
/// see it as the unit cube, one axis a parameter.
/// </summary>
public sealed class RecipeSpace
{
    private const string Epochs = "schedule.epochs";

    /// <summary>Fields of a recipe that make no difference to a trial, or change what is learned.</summary>
    private static readonly FrozenSet<string> s_fixed = ["name", "title", "task", "dataset", "sampling", "views", "published"];

    /// <summary>Makes a space.</summary>
    /// <param name="parameters">The parameters, at least one; each below those that it depends on.</param>
    /// <exception cref="ArgumentException">A parameter contradicts itself or another; the message names it.</exception>
    public RecipeSpace(IReadOnlyList<SearchParameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Count == 0) throw new ArgumentException("A space needs at least one parameter.", nameof(parameters));
        var above = new Dictionary<string, SearchParameter>();
        foreach (var parameter in parameters)
        {
            if (Fault(parameter, above) is { } fault) throw new ArgumentException($"{parameter.Name}: {fault}", nameof(parameters));
            above.Add(parameter.Name, parameter);
        }

        Parameters = [.. parameters];
    }

    /// <summary>The parameters, each below those that it depends on.</summary>
    public IReadOnlyList<SearchParameter> Parameters { get; }

    /// <summary>The values at a point of the unit cube; parameters whose conditions do not hold there are left out.</summary>
    /// <param name="point">A place from 0 to 1 for each parameter.</param>
    internal IReadOnlyDictionary<string, JsonElement> At(IReadOnlyList<double> point)
    {
        var values = new OrderedDictionary<string, JsonElement>();
        for (int axis = 0; axis < Parameters.Count; axis++)
        {
            var parameter = Parameters[axis];
            if (parameter.When.All(condition => condition.Holds(values))) values.Add(parameter.Name, parameter.At(point[axis]));
        }

        return values;
    }

    /// <summary>The point that a search begins at: the defaults, else the recipe's own values.</summary>
    internal double[] Start(Recipe recipe)
    {
        var own = RecipeFields.Of(recipe);
        return [.. Parameters.Select(parameter => parameter.PlaceOf(parameter.Default ?? own.Find(parameter.Name)) ?? parameter.Middle)];
    }

    /// <summary>The greatest number that a field may have in a trial.</summary>
    /// <param name="name">The field.</param>
    /// <param name="own">The recipe's own number.</param>
    public int Greatest(string name, int own)
    {
        var found = Parameters.FirstOrDefault(parameter => parameter.Name == name);
        if (found is null) return own;
        int greatest = found.Extremes.Where(value => value.ValueKind == JsonValueKind.Number).Select(value => value.GetInt32()).Append(0).Max();
        return found.When.Count == 0 ? greatest : Math.Max(own, greatest);
    }

    /// <summary>Checks that every value fits a recipe.</summary>
    /// <param name="recipe">What the trials start from.</param>
    /// <exception cref="RecipeSpaceException">A parameter is no field of a recipe, or a value does not fit it.</exception>
    public void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        foreach (var parameter in Parameters)
        {
            if (parameter.Name == Epochs) throw new RecipeSpaceException(null, null, $"'{Epochs}' is the tuner's to choose, up to the recipe's: set it in the recipe") { Parameter = Epochs };
            string field = parameter.Name.Split('.')[0];
            if (s_fixed.Contains(field)) throw new RecipeSpaceException(null, null, $"'{field}' is the same for all trials: leave '{parameter.Name}' out") { Parameter = parameter.Name };
            foreach (var value in parameter.Extremes) Check(recipe, parameter, value);
            if (parameter is RangeParameter { IsInteger: false } range && Fault(recipe, range, range.Fraction) is RecipeException) throw new RecipeSpaceException(null, null, $"'{range.Name}' takes whole numbers only: add \"integer\": true (in C# IsInteger)") { Parameter = range.Name };
        }
    }

    private void Check(Recipe recipe, SearchParameter parameter, JsonElement value)
    {
        if (Fault(recipe, parameter, value) is not { } fault) return;
        throw new RecipeSpaceException(null, null, $"'{parameter.Name}' cannot be {value.GetRawText()}: {(fault as RecipeException)?.Reason ?? fault.Message}", fault) { Parameter = parameter.Name };
    }

    /// <summary>Why a value does not fit a recipe; null if it does.</summary>
    private IOException? Fault(Recipe recipe, SearchParameter parameter, JsonElement value)
    {
        try
        {
            TrialRecipe.Of(recipe, Exemplar(parameter, value));
            return null;
        }
        catch (IOException error)
        {
            return error;
        }
    }

    /// <summary>One value, and what it depends on.</summary>
    private OrderedDictionary<string, JsonElement> Exemplar(SearchParameter parameter, JsonElement value)
    {
        var values = new OrderedDictionary<string, JsonElement>();
        Set(parameter, value);
        return values;

        void Set(SearchParameter one, JsonElement wanted)
        {
            foreach (var condition in one.When.Where(condition => !values.ContainsKey(condition.Parameter))) Set(Parameters.First(other => other.Name == condition.Parameter), condition.Values[0]);
            values[one.Name] = wanted;
        }
    }

    /// <summary>What is wrong with a parameter by itself or after those above it; null if nothing is.</summary>
    internal static string? Fault(SearchParameter parameter, IReadOnlyDictionary<string, SearchParameter> above)
    {
        if (string.IsNullOrWhiteSpace(parameter.Name)) return "a parameter needs the name of a recipe's field";
        if (above.ContainsKey(parameter.Name)) return "is there twice";
        string? own = parameter switch
        {
            RangeParameter range when !double.IsFinite(range.Low) || !double.IsFinite(range.High) || range.Low >= range.High => $"range must be [low, high] with low below high; it is [{range.Low:R}, {range.High:R}]",
            RangeParameter { Scale: RangeScale.Log, Low: <= 0 } range => $"a log scale needs a range above 0; it begins at {range.Low:R}: raise it, or leave scale out",
            RangeParameter { IsInteger: true } range when range.Low != Math.Round(range.Low) || range.High != Math.Round(range.High) => $"a range of whole numbers needs whole ends; it is [{range.Low:R}, {range.High:R}]",
            ChoiceParameter { Values.Count: 0 } => "choice must hold at least one value",
            ChoiceParameter choice when Repeated(choice.Values) is { } twice => $"choice holds {twice.GetRawText()} twice",
            _ => null,
        };
        if (own is not null) return own;
        if (parameter.Default is { } start && parameter.PlaceOf(start) is null) return $"default {start.GetRawText()} is none of its values";
        return parameter.When.Select(condition => Fault(condition, above)).FirstOrDefault(fault => fault is not null);
    }

    private static string? Fault(ParameterCondition condition, IReadOnlyDictionary<string, SearchParameter> above)
    {
        if (!above.TryGetValue(condition.Parameter, out var other)) return $"when names '{condition.Parameter}', which is no parameter above it: {(above.Count == 0 ? "there is none" : $"there are {string.Join(", ", above.Keys)}")}";
        if (condition.Values.Count == 0) return $"when '{condition.Parameter}' must hold at least one value";
        var strange = condition.Values.Where(value => other.PlaceOf(value) is null).ToList();
        return strange.Count == 0 ? null : $"when '{condition.Parameter}' is {strange[0].GetRawText()} never holds: it is none of that parameter's values";
    }

    private static JsonElement? Repeated(IReadOnlyList<JsonElement> values)
    {
        for (int i = 1; i < values.Count; i++)
        {
            if (values.Take(i).Any(earlier => JsonElement.DeepEquals(earlier, values[i]))) return values[i];
        }

        return null;
    }
}
