namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>A recipe for every result that the original's authors publish: each row of their model zoos, and the paper's table of LVU.</summary>
/// <remarks>
/// Values are those of the original's scripts (image_sm/exp, image_sm/exp_distill, video_sm/exp) and of the defaults that these leave. Where a script
/// contradicts the zoo or itself the zoo counts: SSv2 at 288 pixels with VideoMamba-Ti has 16 frames (its script says 64), and COIN is tested on 10 x 3 views
/// (one script says 4 x 3).
/// </remarks>
public static class RecipeBook
{
    /// <summary>All published recipes.</summary>
    public static IReadOnlyList<Recipe> All { get; } = [.. ImageRecipes.All, .. KineticsRecipes.All, .. SomethingRecipes.All, .. LongVideoRecipes.All];

    /// <summary>Finds a recipe by its name.</summary>
    /// <param name="name">The name, in any case.</param>
    /// <exception cref="ArgumentException">There is none; the message names the nearest ones.</exception>
    public static Recipe Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (All.FirstOrDefault(recipe => recipe.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found) return found;
        string family = name.Split('-')[0];
        var near = All.Select(recipe => recipe.Name).Where(known => known.StartsWith(family, StringComparison.OrdinalIgnoreCase)).ToList();
        throw new ArgumentException($"There is no recipe '{name}'; {(near.Count > 0 ? $"there are {string.Join(", ", near)}" : $"names begin with {string.Join(", ", All.Select(recipe => recipe.Name.Split('-')[0]).Distinct())}")}.", nameof(name));
    }

    /// <summary>A published recipe by its name, or a recipe file by its path.</summary>
    /// <param name="nameOrPath">A file that exists or whose name ends in .json is read; else it is a name.</param>
    /// <exception cref="ArgumentException">There is no such recipe.</exception>
    /// <exception cref="RecipeException">The file cannot be used.</exception>
    public static Recipe FindOrRead(string nameOrPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        bool isFile = nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || File.Exists(nameOrPath);
        return isFile ? RecipeFile.Read(nameOrPath) : Find(nameOrPath);
    }
}
