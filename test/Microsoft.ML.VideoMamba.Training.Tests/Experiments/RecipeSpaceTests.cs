using System.Text.Json;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Tests.Experiments;

[TestClass]
public sealed class RecipeSpaceTests
{
    private const string Json = """
        {
          // A comment, and a trailing comma.
          "checkpoint": {"choice": [null, "a.pth"]},
          "model.depth": {"choice": [2, 4, 8], "default": 4, "when": {"checkpoint": [null]}},
          "schedule.learning_rate": {"range": [1e-4, 1e-2], "scale": "log"},
          "schedule.step_size": {"range": [4, 32], "scale": "log", "integer": true},
          "model.drop_path": {"range": [0, 0.3]},
        }
        """;

    private static readonly Recipe s_recipe = SmallRecipe.Of(TrainingTask.Classification);

    [TestMethod]
    public void IsWrittenAsItWasRead()
    {
        var space = RecipeSpaceFile.Parse(Json, "space.json");

        string json = RecipeSpaceFile.ToJson(space);

        Assert.AreEqual(json, RecipeSpaceFile.ToJson(RecipeSpaceFile.Parse(json, "again")));
        CollectionAssert.AreEqual(new[] { "checkpoint", "model.depth", "schedule.learning_rate", "schedule.step_size", "model.drop_path" }, space.Parameters.Select(parameter => parameter.Name).ToArray());
        Assert.Contains("\"model.depth\": {\"choice\":[2,4,8],\"default\":4,\"when\":{\"checkpoint\":[null]}}", json);
    }

    /// <summary>Nothing lies outside, and conditions hold, wherever the point.</summary>
    [TestMethod]
    public void EveryPointIsATrialWithinTheRanges()
    {
        var space = RecipeSpaceFile.Parse(Json, "space.json");
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            var values = space.At([.. space.Parameters.Select(_ => i < 2 ? i : random.NextDouble())]);

            bool fresh = values["checkpoint"].ValueKind == JsonValueKind.Null;
            Assert.AreEqual(fresh, values.ContainsKey("model.depth"));
            if (fresh) Assert.Contains(values["model.depth"].GetInt32(), new[] { 2, 4, 8 });
            Assert.IsTrue(values["schedule.learning_rate"].GetDouble() is >= 1e-4 and <= 1e-2);
            Assert.IsTrue(values["schedule.step_size"].GetInt32() is >= 4 and <= 32);
            Assert.IsTrue(values["model.drop_path"].GetDouble() is >= 0 and <= 0.3);
        }
    }

    [TestMethod]
    public void APlaceAndItsValueAreOne()
    {
        var space = RecipeSpaceFile.Parse(Json, "space.json");
        foreach (var parameter in space.Parameters)
        {
            foreach (double place in new[] { 0, 0.1, 0.5, 0.99, 1 }) Assert.IsTrue(JsonElement.DeepEquals(parameter.At(place), parameter.At(parameter.PlaceOf(parameter.At(place))!.Value)), $"{parameter.Name} at {place}");
        }
    }

    [TestMethod]
    public void ASearchBeginsAtTheDefaultsAndTheRecipesOwnValues()
    {
        var space = RecipeSpaceFile.Parse(Json, "space.json");
        var values = space.At(space.Start(s_recipe));

        Assert.AreEqual(JsonValueKind.Null, values["checkpoint"].ValueKind);
        Assert.AreEqual(4, values["model.depth"].GetInt32());
        Assert.AreEqual(s_recipe.Schedule.LearningRate, values["schedule.learning_rate"].GetDouble());
        Assert.AreEqual(s_recipe.Schedule.StepSize, values["schedule.step_size"].GetInt32());
    }

    [TestMethod]
    public void ATrialsRecipeHasItsValues()
    {
        var space = DefaultRecipeSpace.Around(s_recipe);
        space.Check(s_recipe);

        var start = TrialRecipe.Of(s_recipe, space.At(space.Start(s_recipe)));
        var end = TrialRecipe.Of(s_recipe, space.At([.. space.Parameters.Select(_ => 1.0)]));

        Assert.AreEqual(s_recipe, start);
        Assert.AreEqual(0.01, end.Schedule.LearningRate);
        Assert.AreEqual((8, 96, 16), (end.Model.Depth, end.Model.Size, end.Model.Frames));
        Assert.IsTrue(end.Augmentation is { Flip: true, Erasing.Probability: 0.25, Policy: not null });
        Assert.IsNotNull(end.Mixing);
        Assert.AreEqual((16, 96), (space.Greatest("model.frames", 8), space.Greatest("model.size", 64)));
    }

    [TestMethod]
    [DataRow("{\"model.dept\": {\"choice\": [1, 2]}}", 1, "'model.dept' cannot be 1: 'dept' is no field of model; there are arch")]
    [DataRow("{\n\n\"model.depth\": {\"choice\": [1, \"deep\"]}}", 3, "'model.depth' cannot be \"deep\": model.depth must be a whole number or null")]
    [DataRow("{\n\"model.drop_path\": {\"range\": [0, 2]}}", 2, "DropPath")]
    [DataRow("{\n\"schedule.epochs\": {\"choice\": [10, 20]}}", 2, "'schedule.epochs' is the tuner's to choose")]
    [DataRow("{\n\"checkpoint\": {\"choice\": [null, \"missing.pth\"]}}", 2, "missing.pth: no such file")]
    [DataRow("{\n\"model.depth\": {\"range\": [1, 4]}}", 2, "'model.depth' takes whole numbers only: add \"integer\": true")]
    [DataRow("{\n\"model.depth\": {\"range\": [1, 3]}}", 2, "'model.depth' takes whole numbers only")]
    [DataRow("{\n\"task\": {\"choice\": [\"regression\"]}}", 2, "'task' is the same for all trials: leave 'task' out")]
    [DataRow("{\n\"name\": {\"choice\": [\"x\", \"y\"]}}", 2, "'name' is the same for all trials")]
    [DataRow("{\n\"sampling.frames\": {\"choice\": [1, 2]}}", 2, "'sampling' is the same for all trials: leave 'sampling.frames' out")]
    public void AParameterThatFitsNoRecipeIsNamedWithItsLine(string json, int line, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["spáce.json"], json);

        var error = Assert.ThrowsExactly<RecipeSpaceException>(() => RecipeSpaceFile.Check(RecipeSpaceFile.Read(folder["spáce.json"]), s_recipe, folder["spáce.json"]));

        Assert.AreEqual(line, error.Line);
        Assert.StartsWith($"{folder["spáce.json"]}, line {line}: ", error.Message);
        Assert.Contains(message, error.Message);
    }

    [TestMethod]
    [DataRow("{\n\"a\": {\"range\": [2, 1]}}", 2, "a: range must be [low, high] with low below high; it is [2, 1]")]
    [DataRow("{\n\"a\": {\n\"range\": [0, 1],\n\"scale\": \"log\"}}", 2, "a log scale needs a range above 0")]
    [DataRow("{\n\"a\": {\n\"range\": [0, 1],\n\"scale\": \"cubic\"}}", 4, "scale must be \"linear\" or \"log\"; it is \"cubic\"")]
    [DataRow("{\n\"a\": {\n\"range\": [0, 1.5], \"integer\": true}}", 2, "whole ends")]
    [DataRow("{\n\"a\": {\n\"choise\": [1]}}", 3, "'choise' is no field of a parameter; there are range, choice")]
    [DataRow("{\n\"a\": {\"choice\": []}}", 2, "at least one value")]
    [DataRow("{\n\"a\": {\"choice\": [1, 1]}}", 2, "holds 1 twice")]
    [DataRow("{\n\"a\": {\"choice\": [1, 2],\n\"default\": 3}}", 3, "default 3 is none of its values")]
    [DataRow("{\n\"a\": {\"choice\": [1, 2], \"scale\": \"log\"}}", 2, "scale belongs to a range")]
    [DataRow("{\n\"a\": {\"choice\": [1]},\n\"b\": {\"choice\": [1], \"when\": {\"c\": [1]}}}", 3, "when names 'c', which is no parameter above it: there are a")]
    [DataRow("{\n\"a\": {\"choice\": [1]},\n\"b\": {\"choice\": [1],\n\"when\": {\"a\": [2]}}}", 4, "never holds")]
    [DataRow("{\n\"a\": 3}", 2, "must be {\"range\": [low, high]} or {\"choice\": [values]}")]
    [DataRow("{\n\"a\": {\"range\": [0, 1], \"choice\": [1]}}", 2, "needs either range or choice")]
    [DataRow("{\n\"a\" {", 2, "is no JSON")]
    [DataRow("{}", 1, "nothing to search")]
    [DataRow("[]", 1, "must be an object")]
    public void AFaultIsNamedWithItsLine(string json, int line, string message)
    {
        var error = Assert.ThrowsExactly<RecipeSpaceException>(() => RecipeSpaceFile.Parse(json, "s.json"));

        Assert.AreEqual(line, error.Line, error.Message);
        Assert.Contains(message, error.Message);
    }

    [TestMethod]
    public void TheDocumentedSpaceIsOne()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "experiments.md")).ReplaceLineEndings("\n");
        string json = page.Split("```json\n")[1].Split("```")[0];

        Assert.HasCount(8, RecipeSpaceFile.Parse(json, "docs/experiments.md").Parameters);
    }

    [TestMethod]
    public void ASpaceInCodeIsCheckedToo() =>
        Assert.Contains("a: range must be", Assert.ThrowsExactly<ArgumentException>(() => new RecipeSpace([new RangeParameter("a", 1, 1)])).Message);
}
