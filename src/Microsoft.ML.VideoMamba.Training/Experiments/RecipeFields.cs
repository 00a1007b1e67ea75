using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>A recipe by its file's fields, under dotted names.</summary>
internal sealed class RecipeFields
{
    private readonly JsonObject _root;

    private RecipeFields(JsonObject root) => _root = root;

    public static RecipeFields Of(Recipe recipe) => new(JsonNode.Parse(RecipeFile.ToJson(recipe))!.AsObject());

    /// <summary>A field's value; JSON's null for one that is null or not there.</summary>
    public JsonElement Find(string name)
    {
        JsonNode? found = _root;
        foreach (string part in name.Split('.')) found = (found as JsonObject)?[part];
        return JsonSerializer.SerializeToElement(found);
    }

    /// <summary>Sets a field; objects on the way to it that are null are begun.</summary>
    public void Set(string name, JsonElement value)
    {
        string[] parts = name.Split('.');
        var parent = _root;
        foreach (string part in parts[..^1])
        {
            if (parent[part] is not JsonObject inner) parent[part] = inner = [];
            parent = inner;
        }

        parent[parts[^1]] = JsonNode.Parse(value.GetRawText());
    }

    /// <summary>The recipe, read as strictly as a file.</summary>
    /// <exception cref="RecipeException">A field is unknown or wrong, or a value is out of its range.</exception>
    public Recipe ToRecipe() => RecipeFile.Parse(_root.ToJsonString(), "recipe");
}
