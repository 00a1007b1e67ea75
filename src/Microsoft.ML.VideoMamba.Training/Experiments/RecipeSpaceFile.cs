using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>
/// Search spaces as JSON: a field for each parameter, named as a recipe file nests it. <c>{"range": [low, high]}</c>, with <c>"scale": "log"</c> and
/// <c>"integer": true</c> where they apply, or <c>{"choice": [...]}</c>; and for both <c>"default"</c> and <c>"when": {"parameter": [values]}</c>.
/// </summary>
public static class RecipeSpaceFile
{
    private static readonly JsonDocumentOptions s_reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    private static readonly JsonSerializerOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] s_fields = ["range", "choice", "scale", "integer", "default", "when"];

    /// <summary>Reads a space.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="RecipeSpaceException">There is no such file, it is no JSON, or a parameter is wrong.</exception>
    public static RecipeSpace Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return File.Exists(path) ? Parse(File.ReadAllText(path), path) : throw new RecipeSpaceException(path, null, "no such file");
    }

    /// <summary>Reads a space from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it comes from; messages name it.</param>
    /// <exception cref="RecipeSpaceException">It is no JSON, or a parameter is wrong.</exception>
    public static RecipeSpace Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentException.ThrowIfNullOrEmpty(source);
        try
        {
            using var document = JsonDocument.Parse(json, s_reading);
            return Read(document.RootElement, new FieldLines(json), source);
        }
        catch (JsonException error)
        {
            throw new RecipeSpaceException(source, (int?)error.LineNumber + 1, Recipes.RecipeFile.NoJson(error), error);
        }
    }

    /// <summary>A space as JSON, a line a parameter.</summary>
    /// <param name="space">The space.</param>
    public static string ToJson(RecipeSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        return "{\n" + string.Join(",\n", space.Parameters.Select(parameter => $"  {Text(parameter.Name)}: {Text(ToNode(parameter))}")) + "\n}";
    }

    /// <summary>Checks that every value of a space fits a recipe; a fault names the space's file and line.</summary>
    /// <param name="space">The space.</param>
    /// <param name="recipe">What the trials start from.</param>
    /// <param name="path">The file that the space was read from.</param>
    /// <exception cref="RecipeSpaceException">A parameter is no field of a recipe, or a value does not fit it.</exception>
    public static void Check(RecipeSpace space, Recipes.Recipe recipe, string path)
    {
        ArgumentNullException.ThrowIfNull(space);
        try
        {
            space.Check(recipe);
        }
        catch (RecipeSpaceException error) when (error.Parameter is { } name)
        {
            throw new RecipeSpaceException(path, new FieldLines(File.ReadAllText(path)).Of(name), error.Reason, error) { Parameter = name };
        }
    }

    private static RecipeSpace Read(JsonElement root, FieldLines lines, string source)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new RecipeSpaceException(source, 1, "must be an object with a field for each parameter, such as \"schedule.learning_rate\": {\"range\": [1e-4, 1e-2], \"scale\": \"log\"}");
        var above = new OrderedDictionary<string, SearchParameter>();
        foreach (var field in root.EnumerateObject())
        {
            SearchParameter parameter;
            try
            {
                parameter = Parameter(field.Name, field.Value);
            }
            catch (FieldException error)
            {
                throw new RecipeSpaceException(source, lines.Of(field.Name, error.Field), $"{field.Name}: {error.Message}", error) { Parameter = field.Name };
            }

            if (RecipeSpace.Fault(parameter, above) is { } fault) throw new RecipeSpaceException(source, lines.Of(field.Name, FieldOf(fault)), $"{field.Name}: {fault}") { Parameter = field.Name };
            above.Add(field.Name, parameter);
        }

        return above.Count > 0 ? new RecipeSpace([.. above.Values]) : throw new RecipeSpaceException(source, 1, "holds no parameter: there is nothing to search");
    }

    private static SearchParameter Parameter(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object) throw new FieldException(null, "must be {\"range\": [low, high]} or {\"choice\": [values]}");
        foreach (var field in value.EnumerateObject())
        {
            if (!s_fields.Contains(field.Name)) throw new FieldException(field.Name, $"'{field.Name}' is no field of a parameter; there are {string.Join(", ", s_fields)}");
        }

        bool isRange = value.TryGetProperty("range", out var range);
        if (isRange == value.TryGetProperty("choice", out var choice)) throw new FieldException(null, "needs either range or choice");
        if (!isRange && Stray(value) is { } stray) throw new FieldException(stray, $"{stray} belongs to a range, not to a choice");
        SearchParameter parameter = isRange ? Range(name, range, value) : new ChoiceParameter(name, Values(choice, "choice"));
        return parameter with { Default = value.TryGetProperty("default", out var start) ? start.Clone() : null, When = value.TryGetProperty("when", out var when) ? Conditions(when) : [] };
    }

    private static RangeParameter Range(string name, JsonElement range, JsonElement parameter)
    {
        if (range.ValueKind != JsonValueKind.Array || range.GetArrayLength() != 2 || !range.EnumerateArray().All(end => end.ValueKind == JsonValueKind.Number)) throw new FieldException("range", $"range must be [low, high], two numbers; it is {range.GetRawText()}");
        var scale = RangeScale.Linear;
        if (parameter.TryGetProperty("scale", out var named) && (named.ValueKind != JsonValueKind.String || !Enum.TryParse(named.GetString(), ignoreCase: true, out scale) || !Enum.IsDefined(scale))) throw new FieldException("scale", $"scale must be \"linear\" or \"log\"; it is {named.GetRawText()}");
        bool isInteger = parameter.TryGetProperty("integer", out var whole) && (whole.ValueKind is JsonValueKind.True or JsonValueKind.False ? whole.GetBoolean() : throw new FieldException("integer", $"integer must be true or false; it is {whole.GetRawText()}"));
        return new RangeParameter(name, range[0].GetDouble(), range[1].GetDouble()) { Scale = scale, IsInteger = isInteger };
    }

    private static IReadOnlyList<ParameterCondition> Conditions(JsonElement when) => when.ValueKind == JsonValueKind.Object
        ? [.. when.EnumerateObject().Select(condition => new ParameterCondition(condition.Name, Values(condition.Value, "when")))]
        : throw new FieldException("when", "when must be {\"parameter\": [values]}");

    private static IReadOnlyList<JsonElement> Values(JsonElement values, string field) => values.ValueKind == JsonValueKind.Array
        ? [.. values.EnumerateArray().Select(value => value.Clone())]
        : throw new FieldException(field, $"{field} must hold values in [ ]; it is {values.GetRawText()}");

    private static string? Stray(JsonElement parameter) => new[] { "scale", "integer" }.FirstOrDefault(field => parameter.TryGetProperty(field, out _));

    // A fault's first word is the field that it is of, if it is of one.
    private static string? FieldOf(string fault) => s_fields.FirstOrDefault(field => fault.StartsWith(field + " ", StringComparison.Ordinal));

    private static JsonObject ToNode(SearchParameter parameter)
    {
        var node = new JsonObject();
        if (parameter is RangeParameter range)
        {
            node["range"] = range.IsInteger ? new JsonArray((long)range.Low, (long)range.High) : new JsonArray(range.Low, range.High);
            if (range.Scale == RangeScale.Log) node["scale"] = "log";
            if (range.IsInteger) node["integer"] = true;
        }
        else
        {
            node["choice"] = ToArray(((ChoiceParameter)parameter).Values);
        }

        if (parameter.Default is { } start) node["default"] = ToNode(start);
        if (parameter.When.Count > 0) node["when"] = new JsonObject(parameter.When.Select(condition => KeyValuePair.Create(condition.Parameter, (JsonNode?)ToArray(condition.Values))));
        return node;
    }

    private static JsonArray ToArray(IReadOnlyList<JsonElement> values) => [.. values.Select(ToNode)];

    private static JsonNode? ToNode(JsonElement value) => JsonNode.Parse(value.GetRawText());

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, s_writing);

    /// <summary>A parameter's field is wrong.</summary>
    private sealed class FieldException(string? field, string reason) : Exception(reason)
    {
        public string? Field { get; } = field;
    }
}
