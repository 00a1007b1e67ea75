using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Tests.Recipes;

[TestClass]
public sealed class RecipeFileTests
{
    [TestMethod]
    public void EveryPublishedRecipeSurvivesJson()
    {
        foreach (var recipe in RecipeBook.All)
        {
            var back = RecipeFile.Parse(RecipeFile.ToJson(recipe), recipe.Name);

            Assert.AreEqual(recipe, back);
        }
    }

    [TestMethod]
    public void FieldsLeftOutKeepTheirDefaultsAndCommentsAreFree()
    {
        var recipe = RecipeFile.Parse("""
            {
              // Ours, at home.
              "name": "mine",
              "model": { "arch": "small", "frames": null, "size": 64, "patch": 8, "scan_order": "alternating", },
            }
            """, "mine.json");

        Assert.AreEqual(new Recipe { Name = "mine", Model = new RecipeModel { Arch = "small", Frames = null, Size = 64, Patch = 8, ScanOrder = Models.ScanOrder.Alternating } }, recipe);
    }

    [TestMethod]
    [DataRow("{\n  \"name\": \"a\",\n  \"mdoel\": {}\n}", 3, "'mdoel' is no field of a recipe; there are name, title, dataset")]
    [DataRow("{\n  \"name\": \"a\",\n  \"model\": {\n    \"drop_pth\": 0.1\n  }\n}", 4, "'drop_pth' is no field of model; there are arch, depth, frames")]
    [DataRow("{\n  \"name\": \"a\",\n  \"augmentation\": { \"erasing\": {\n  \"area\": 1 } }\n}", 4, "'area' is no field of augmentation.erasing; there are probability, mode")]
    [DataRow("{\n  \"name\": \"a\",\n  \"model\": { \"frames\": \"eight\" }\n}", 3, "model.frames must be a whole number or null")]
    [DataRow("{\n  \"name\": \"a\",\n  \"model\": { \"size\": null }\n}", 3, "model.size must be a whole number")]
    [DataRow("{\n  \"name\": \"a\",\n  \"bfloat16\": 1\n}", 3, "bfloat16 must be true or false")]
    [DataRow("{\n  \"name\": \"a\",\n  \"model\": []\n}", 3, "model must be an object")]
    [DataRow("{\n  \"name\": \"a\",\n  \"mixing\": { \"mode\": \"rows\" }\n}", 3, "mixing.mode must be one of batch, pair, elem")]
    [DataRow("{\n  \"name\": \"a\",\n  \"sampling\": { \"kind\": 2 }\n}", 3, "sampling.kind must be one of sparse, dense, ssv2_videos, ssv2_frames, windows")]
    [DataRow("{\n  \"name\": \"a\",\n  \"name\": \"b\"\n}", 3, "name is there twice")]
    [DataRow("{\n  \"title\": \"a\"\n}", 3, "lacks a field that is needed: name")]
    [DataRow("{\n  \"name\": \"a\",\n  \"distillation\": { \"weight\": 2 }\n}", 3, "lacks a field that is needed: teacher")]
    [DataRow("{\n  \"name\": \"a\",\n  \"distillation\": { \"teacher\": \"t.pth\",\n  \"kind\": \"none\" }\n}", 4, "distillation.kind must be one of tokens, soft, hard")]
    [DataRow("{\n  \"name\": \"a\",\n  \"model\": null\n}", 3, "model must be an object")]
    [DataRow("{\n  \"name\": \"a\"\n  \"title\": \"b\"\n}", 3, "is no JSON")]
    [DataRow("", 1, "is no JSON")]
    [DataRow("null", 1, "is no recipe, but null")]
    [DataRow("[]", 1, "is no recipe")]
    public void SaysWhichFieldOfWhichLineIsWrong(string json, int line, string message)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => RecipeFile.Parse(json, "mine.json"));

        StringAssert.Contains(error.Message, message);
        StringAssert.StartsWith(error.Message, $"mine.json, line {line}: ");
        Assert.AreEqual(line, error.Line);
    }

    [TestMethod]
    [DataRow("\"model\": { \"arch\": \"huge\" }", "Arch must be one of tiny, small, middle, base; it is 'huge'")]
    [DataRow("\"model\": { \"drop_path\": 1.5 }", "DropPath must be in [0, 1); it is 1.5")]
    [DataRow("\"dataset\": \"k700\"", "There is no data set 'k700'")]
    [DataRow("\"augmentation\": { \"policy\": \"rand-m99\" }", "Policy: 'rand-m99': m must be a whole number from 0 to 10; it is '99'.")]
    [DataRow("\"mixing\": { \"probability\": 3 }", "Probability must be in [0, 1]; it is 3")]
    [DataRow("\"views\": { \"crops\": 2 }", "Crops must be 1, 3 or 5; it is 2")]
    [DataRow("\"repeated_augmentation\": { \"repeats\": 0 }", "Repeats must be at least 1; it is 0")]
    [DataRow("\"sampling\": { \"kind\": \"dense\", \"rate\": 0 }", "Rate must be at least 1; it is 0")]
    [DataRow("\"schedule\": { \"epochs\": 0 }", "Epochs must be at least 1; it is 0")]
    [DataRow("\"optimizer\": { \"layer_decay\": 0 }", "LayerDecay must be in (0, 1]; it is 0")]
    public void SaysWhichValueIsOutOfRange(string field, string message)
    {
        var error = Assert.ThrowsExactly<RecipeException>(() => RecipeFile.Parse($"{{ \"name\": \"a\", {field} }}", "mine.json"));

        StringAssert.Contains(error.Message, "mine.json: " + message);
    }

    [TestMethod]
    public void WritesAndReadsFiles()
    {
        using var folder = new TemporaryFolder();
        var recipe = RecipeBook.Find("coin-middle-mask-f64") with { Name = "été", Title = "\"quoted\" <&>" };

        RecipeFile.Write(recipe, folder["recipe.json"]);
        RecipeFile.Write(recipe, folder["recipe.json"]);

        Assert.AreEqual(recipe, RecipeFile.Read(folder["recipe.json"]));
        Assert.AreEqual(recipe, RecipeBook.FindOrRead(folder["recipe.json"]));
        Assert.AreEqual("coin-tiny-f32", RecipeBook.FindOrRead("coin-tiny-f32").Name);
        Assert.HasCount(1, Directory.GetFiles(folder.FullName), "Nothing is left beside it");
        StringAssert.Contains(File.ReadAllText(folder["recipe.json"]), "\"name\": \"été\"");
        StringAssert.Contains(Assert.ThrowsExactly<RecipeException>(() => RecipeBook.FindOrRead(folder["none.json"])).Message, "no such file");
        Assert.Throws<IOException>(() => RecipeFile.Write(recipe, folder["recipe.json/recipe.json"]));
    }
}
