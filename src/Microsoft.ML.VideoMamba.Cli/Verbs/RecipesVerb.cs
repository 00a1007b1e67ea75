using System.CommandLine;
using System.Globalization;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>recipes</c>: the published recipes with their results, or one of them in full.</summary>
internal static class RecipesVerb
{
    public static Verb Create(ToolConsole console)
    {
        var name = new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, Description = "A recipe, printed as JSON: a file for train --recipe once it is edited. A recipe file is checked and printed with every field." };
        var json = CommonOptions.Json();
        var verb = new Verb("recipes", "List the published recipes with their expected accuracy, or print one.", "recipes", "recipes k400-tiny-f8 > mine.json", "recipes --json") { name, json };
        verb.SetAction(parsed => parsed.GetValue(name) is { } one ? Print(one, console) : List(parsed.GetValue(json), console));
        return verb;
    }

    private static int Print(string name, ToolConsole console)
    {
        console.Out.WriteLine(RecipeFile.ToJson(Find(name)));
        return ExitCode.Success;
    }

    /// <summary>A recipe that a user names, or a file; a name that is none is a usage error.</summary>
    public static Recipe Find(string nameOrPath)
    {
        try
        {
            return RecipeBook.FindOrRead(nameOrPath);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message.Split(" (Parameter '")[0], error);
        }
    }

    private static int List(bool json, ToolConsole console)
    {
        int longest = RecipeBook.All.Max(recipe => recipe.Name.Length);
        foreach (var recipe in RecipeBook.All)
        {
            var published = recipe.Published!;
            console.Out.WriteLine(json
                ? JsonLines.Line(new
                {
                    name = recipe.Name,
                    title = recipe.Title,
                    dataset = recipe.Dataset,
                    arch = recipe.Model.Arch,
                    frames = recipe.Model.Frames ?? 1,
                    size = recipe.Model.Size,
                    epochs = recipe.Schedule.Epochs,
                    metric = published.Metric,
                    published = published.Value,
                    start = recipe.Checkpoint,
                    checkpoint = published.Checkpoint,
                })
                : string.Create(CultureInfo.InvariantCulture, $"{recipe.Name.PadRight(longest)}  {published.Metric} {published.Value:0.0#}  {recipe.Title}"));
        }

        return ExitCode.Success;
    }
}
