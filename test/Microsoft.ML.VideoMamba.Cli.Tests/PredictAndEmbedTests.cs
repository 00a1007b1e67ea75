using System.Text;
using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

[TestClass]
public sealed class PredictAndEmbedTests
{
    private static readonly string s_coin = Path.Combine(RepositoryPaths.Media, "coin.mov");
    private static readonly string s_plant = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");
    private static TestWeights s_weights = null!;

    [ClassInitialize]
    public static void Prepare(TestContext context) => s_weights = new TestWeights();

    [ClassCleanup]
    public static void CleanUp() => s_weights.Dispose();

    [TestMethod]
    public async Task ScoresEveryRealClip()
    {
        var run = await Tool.RunAsync("predict", "--checkpoint", s_weights.Video, RepositoryPaths.Media, "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        var rows = run.Rows.ToDictionary(row => row.GetProperty("path").GetString()!);
        string[] readable = ["city.mpg", "dog-phone-1080p.mp4", "hello.mpeg", "hello.ogv", "ocean.webm", "cockatoo-444.mp4", "plant-short.mp4", "coin.mov", "discs.mov", "screencast.webm"];
        foreach (string name in readable)
        {
            var top = rows[Path.Combine(RepositoryPaths.Media, name)].GetProperty("top");
            Assert.AreEqual(5, top.GetArrayLength(), name);
            double[] scores = [.. top.EnumerateArray().Select(item => item.GetProperty("score").GetDouble())];
            CollectionAssert.AreEqual(scores.OrderDescending().ToArray(), scores, name);
            Assert.IsTrue(top.EnumerateArray().All(item => item.GetProperty("index").GetInt32() is >= 0 and < TestWeights.Classes), name);
        }

        var av1 = rows[Path.Combine(RepositoryPaths.Media, "av1.mp4")];
        if (VideoDecoder.Resolve() == VideoBackend.OpenCv) StringAssert.Contains(av1.GetProperty("error").GetString(), "AV1");
        else Assert.AreEqual(5, av1.GetProperty("top").GetArrayLength());
    }

    [TestMethod]
    public async Task AFailedInputCostsItsRowOnly()
    {
        string broken = Path.Combine(RepositoryPaths.Media, "broken", "text.mp4");
        var run = await Tool.RunAsync("predict", "--checkpoint", s_weights.Video, broken, s_plant, "nowhere.mp4", "--json", "--top", "2");

        Assert.AreEqual(ExitCode.Success, run.ExitCode);
        Assert.HasCount(3, run.Rows);
        Assert.AreEqual(broken, run.Rows[0].GetProperty("path").GetString());
        StringAssert.Contains(run.Rows[0].GetProperty("error").GetString(), "not a readable video");
        Assert.AreEqual(2, run.Rows[1].GetProperty("top").GetArrayLength());
        StringAssert.Contains(run.Rows[2].GetProperty("error").GetString(), "file not found");
        StringAssert.Contains(run.Error, broken);
        StringAssert.Contains(run.Error, "nowhere.mp4");
    }

    [TestMethod]
    public async Task NothingThatSucceedsIsAFailure() =>
        Assert.AreEqual(ExitCode.Failure, (await Tool.RunAsync("predict", "--checkpoint", s_weights.Video, "nowhere.mp4", "--json")).ExitCode);

    [TestMethod]
    public async Task TakesPathsFromStandardInputAndLabelsFromAFile()
    {
        string labels = s_weights["labels.txt"];
        await File.WriteAllLinesAsync(labels, ["eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben"]);

        var run = await Tool.RunAsync($"{s_plant}\n\n{s_coin}\n", ["predict", "--checkpoint", s_weights.Video, "-", "--labels", labels, "--top", "7", "--json"]);

        Assert.HasCount(2, run.Rows);
        CollectionAssert.AreEquivalent(
            await File.ReadAllLinesAsync(labels), run.Rows[1].GetProperty("top").EnumerateArray().Select(item => item.GetProperty("label").GetString()).ToArray());
        Assert.AreEqual(1, run.Rows[1].GetProperty("top").EnumerateArray().Sum(item => item.GetProperty("score").GetDouble()), 1e-5);
    }

    [TestMethod]
    public async Task AveragesTheSoftmaxOfItsViews()
    {
        async Task<double[]> Scores(params string[] views)
        {
            var run = await Tool.RunAsync(["predict", "--checkpoint", s_weights.Video, s_plant, "--json", "--top", "7", .. views]);
            return [.. run.Rows.Single().GetProperty("top").EnumerateArray().OrderBy(item => item.GetProperty("index").GetInt32()).Select(item => item.GetProperty("score").GetDouble())];
        }

        double[] one = await Scores(), many = await Scores("--segments", "3", "--crops", "3"), again = await Scores("--segments", "3", "--crops", "3");

        CollectionAssert.AreEqual(many, again);
        CollectionAssert.AreNotEqual(one, many);
        Assert.AreEqual(1, many.Sum(), 1e-5);
    }

    [TestMethod]
    public async Task ComputesInBFloat16()
    {
        async Task<(double[] Features, string Error)> Embed(string type)
        {
            var run = await Tool.RunAsync("embed", "--checkpoint", s_weights.Video, s_plant, "--dtype", type, "--device", "cpu", "--json");
            return ([.. run.Rows.Single().GetProperty("embedding").EnumerateArray().Select(value => value.GetDouble())], run.Error);
        }

        var (single, quiet) = await Embed("float32");
        var (narrow, note) = await Embed("bfloat16");

        double largest = single.Zip(narrow, (a, b) => Math.Abs(a - b)).Max();
        Assert.IsLessThan(0.1, largest);
        Assert.AreEqual(KernelFaces.HasBFloat16Products, largest > 0);
        Assert.AreEqual(KernelFaces.HasBFloat16Products, !note.Contains("AVX512-BF16", StringComparison.Ordinal));
        Assert.DoesNotContain("AVX512-BF16", quiet);
        Assert.AreEqual(ExitCode.Usage, (await Tool.RunAsync("predict", "--checkpoint", s_weights.Video, s_plant, "--dtype", "float16")).ExitCode);
    }

    [TestMethod]
    public async Task RunsAtOtherSizesThanTheCheckpoints()
    {
        var run = await Tool.RunAsync("predict", "--checkpoint", s_weights.Video, s_plant, "--frames", "8", "--size", "64x96", "--json");

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        Assert.AreEqual(5, run.Rows.Single().GetProperty("top").GetArrayLength());
    }

    [TestMethod]
    public async Task ScoresAPictureWithAnImageCheckpoint()
    {
        string frames = s_weights["frames of a clip"];
        Assert.AreEqual(ExitCode.Success, (await Tool.RunAsync("frames", s_plant, "--indices", "0,17", "--output", frames)).ExitCode);

        var run = await Tool.RunAsync("predict", "--checkpoint", s_weights.Image, frames, "--json");

        Assert.HasCount(2, run.Rows);
        Assert.AreEqual(Path.Combine(frames, "000017.png"), run.Rows[1].GetProperty("path").GetString());
        Assert.AreEqual(1, run.Rows[1].GetProperty("top")[0].GetProperty("label").GetString()!.Length);
    }

    [TestMethod]
    public async Task AFolderOfNumberedFramesIsOneClip()
    {
        string frames = s_weights["numbered"];
        await Tool.RunAsync("frames", s_plant, "--count", "8", "--output", frames);

        var run = await Tool.RunAsync("embed", "--checkpoint", s_weights.Video, frames, "--json");

        Assert.AreEqual(frames, run.Rows.Single().GetProperty("path").GetString());
        Assert.AreEqual(TestWeights.Width, run.Rows.Single().GetProperty("embedding").GetArrayLength());
    }

    [TestMethod]
    [DataRow("cls", TestWeights.Width)]
    [DataRow("mean", TestWeights.Width)]
    [DataRow("layer:0", TestWeights.Width)]
    [DataRow("frames", TestWeights.Frames)]
    [DataRow("tokens", 1 + TestWeights.Frames * 9)]
    public async Task EmbedsInEveryPooling(string pooling, int length)
    {
        var run = await Tool.RunAsync("embed", "--checkpoint", s_weights.Video, s_plant, "--pooling", pooling, "--json");

        Assert.AreEqual(length, run.Rows.Single().GetProperty("embedding").GetArrayLength(), run.Error);
    }

    [TestMethod]
    public async Task TheLastLayerIsTheClassToken()
    {
        async Task<string> Embedding(string pooling) => (await Tool.RunAsync("embed", "--checkpoint", s_weights.Video, s_plant, "--pooling", pooling, "--json")).Rows.Single().GetProperty("embedding").GetRawText();

        Assert.AreEqual(await Embedding("cls"), await Embedding("layer:1"));
    }

    [TestMethod]
    public async Task WritesNumPyParquetAndJsonLines()
    {
        string npy = s_weights["x.npy"], parquet = s_weights["x.parquet"], lines = s_weights["x.jsonl"];
        foreach (string file in new[] { npy, parquet, lines })
        {
            var run = await Tool.RunAsync("embed", "--checkpoint", s_weights.Video, s_plant, "nowhere.mp4", s_coin, "--output", file);
            Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        }

        byte[] array = await File.ReadAllBytesAsync(npy);
        StringAssert.Contains(Encoding.ASCII.GetString(array, 0, 128), $"'descr': '<f4', 'fortran_order': False, 'shape': (2, {TestWeights.Width})");
        Assert.HasCount(128 + 2 * TestWeights.Width * 4, array);
        CollectionAssert.AreEqual(new[] { s_plant, s_coin }, await File.ReadAllLinesAsync(npy + ".txt"));
        Assert.HasCount(2, await File.ReadAllLinesAsync(lines));
        var table = await Parquet.Serialization.ParquetSerializer.DeserializeAsync<ParquetRow>(parquet);
        CollectionAssert.AreEqual(new[] { s_plant, s_coin }, table.Data.Select(row => row.path).ToArray());
        Assert.AreEqual(BitConverter.ToSingle(array, 128), table.Data[0].embedding[0]);
        Assert.IsEmpty(Directory.GetFiles(s_weights.Folder, "*.partial"));
    }

    [TestMethod]
    public async Task CancellationEndsWith130()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var run = await Tool.RunAsync("", ["predict", "--checkpoint", s_weights.Video, s_coin], cancelled.Token);

        Assert.AreEqual(ExitCode.Cancelled, run.ExitCode);
    }

    private sealed class ParquetRow
    {
#pragma warning disable IDE1006 // named as the columns
        public string path { get; set; } = "";

        public float[] embedding { get; set; } = [];
#pragma warning restore IDE1006
    }
}
