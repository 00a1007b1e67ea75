using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Tests.Recipes;

[TestClass]
public sealed class EngRecipeTests
{
    public static IEnumerable<object[]> Files => Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "eng", "recipes"), "*.json").Select(file => new object[] { Path.GetFileName(file) });

    /// <summary>What eng/learn trains by is read as strictly as a user's recipe.</summary>
    [TestMethod]
    [DynamicData(nameof(Files))]
    public void RecipesOfTheScriptsAreRecipes(string file) => RecipeFile.Read(Path.Combine(RepositoryPaths.Root, "eng", "recipes", file));
}
