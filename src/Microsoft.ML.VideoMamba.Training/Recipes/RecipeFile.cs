using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>Recipes as JSON. Fields have their properties' names, with underscores; those left out keep their defaults; unknown ones are errors.</summary>
public static class RecipeFile
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>A recipe as JSON, indented, every field written.</summary>
    /// <param name="recipe">The recipe.</param>
    public static string ToJson(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return JsonSerializer.Serialize(recipe, s_options);
    }

    /// <summary>Reads a recipe.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="RecipeException">There is no such file, it is no JSON, a field is unknown or wrong, or a value is out of its range.</exception>
    public static Recipe Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new RecipeException(path, null, "no such file");
        return Parse(File.ReadAllText(path), path);
    }

    /// <summary>Reads a recipe from text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Where it comes from; messages name it.</param>
    /// <inheritdoc cref="Read"/>
    public static Recipe Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentException.ThrowIfNullOrEmpty(source);
        try
        {
            var recipe = JsonSerializer.Deserialize<Recipe>(json, s_options) ?? throw new RecipeException(source, 1, "is no recipe, but null");
            recipe.Validate();
            return recipe;
        }
        catch (JsonException error)
        {
            throw new RecipeException(source, (int?)error.LineNumber + 1, Reason(error), error);
        }
        catch (ArgumentException error)
        {
            throw new RecipeException(source, null, Before(error.Message, " (Parameter '"), error);
        }
    }

    /// <summary>Writes a recipe; the file appears whole or not at all.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="path">The file; overwritten.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(Recipe recipe, string path)
    {
        AtomicFile.WriteText(path, ToJson(recipe) + "\n");
    }

    /// <summary>Why text is no JSON. The reader quotes what it stands before, which may be the whole file.</summary>
    internal static string NoJson(JsonException error)
    {
        const int MostQuoted = 80;
        string reason = Before(Before(error.Message, " Path: "), " LineNumber: ").ReplaceLineEndings(" ");
        return $"is no JSON: {(reason.Length <= 3 * MostQuoted ? reason : $"{reason[..MostQuoted]} … {reason[^MostQuoted..]}")}";
    }

    /// <summary>What is wrong, in the words of the file instead of the types'.</summary>
    private static string Reason(JsonException error)
    {
        // The reader's own error, of text that is no JSON, comes inside one of the serializer's.
        if (error.InnerException is JsonException) return NoJson(error);
        string[] path = [.. (error.Path ?? "$").Split('.').Skip(1)];
        var (parent, property) = Find(path);
        string field = string.Join('.', path);
        if (property is null && path.Length > 0) return $"'{path[^1]}' is no field of {(path.Length == 1 ? "a recipe" : string.Join('.', path[..^1]))}; there are {Fields(parent)}";
        if (error.Message.Contains("missing required", StringComparison.Ordinal)) return $"lacks a field that is needed: {string.Join(", ", (property is null ? parent : InfoOf(property.PropertyType)).Properties.Where(needed => needed.IsRequired).Select(needed => needed.Name))}";
        if (error.Message.Contains("Duplicate", StringComparison.OrdinalIgnoreCase)) return $"{field} is there twice";
        if (property is null) return $"is no recipe: {Before(error.Message, " Path: ")}";
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return type.IsEnum
            ? $"{field} must be one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}"
            : $"{field} must be {Kind(type)}{(type == property.PropertyType ? "" : " or null")}";
    }

    /// <summary>The property that a path leads to, if there is one, and the type that it is of.</summary>
    private static (JsonTypeInfo Parent, JsonPropertyInfo? Property) Find(string[] path)
    {
        var parent = InfoOf(typeof(Recipe));
        JsonPropertyInfo? property = null;
        foreach (string name in path)
        {
            if (property is not null) parent = InfoOf(property.PropertyType);
            property = parent.Properties.FirstOrDefault(candidate => candidate.Name == name);
            if (property is null) break;
        }

        return (parent, property);
    }

    private static JsonTypeInfo InfoOf(Type type) => s_options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);

    private static string Fields(JsonTypeInfo type) => string.Join(", ", type.Properties.Select(property => property.Name));

    private static string Before(string message, string end) => message.Split(end)[0];

    private static string Kind(Type type) =>
        type == typeof(int) || type == typeof(byte) ? "a whole number"
        : type == typeof(double) ? "a number"
        : type == typeof(bool) ? "true or false"
        : type == typeof(string) ? "text"
        : "an object";
}
