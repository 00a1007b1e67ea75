using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>Verbs on the card that <c>--device</c> names.</summary>
[TestClass]
[DoNotParallelize]
[TestCategory(TestCategories.Gpu)]
public sealed class GpuTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [TestInitialize]
    public void RequireCard()
    {
        Gpu.Require();
        for (int i = 0; i < 8; i++)
        {
            string name = i % 2 == 0 ? "dark" : "light";
            Directory.CreateDirectory(Path.Combine(Clips, name));
            byte[] frame = [.. Enumerable.Range(0, 48 * 48 * 3).Select(at => (byte)((i % 2 * 120) + (at * (i + 7) % 97)))];
            NetpbmFile.Write(Path.Combine(Clips, name, $"{i}.pnm"), new VideoClip("", 48, 48, [.. Enumerable.Repeat((ReadOnlyMemory<byte>)frame, 6)]));
        }
    }

    public void Dispose() => _folder.Dispose();

    private string Clips => _folder["clips"];

    [TestMethod]
    public async Task PredictsAsTheCpuDoes()
    {
        using var weights = new TestWeights();
        async Task<double[]> ScoresOn(string device)
        {
            var run = await Tool.RunAsync("predict", "--checkpoint", weights.Video, Path.Combine(Clips, "light"), "--top", $"{TestWeights.Classes}", "--device", device, "--json");
            Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
            return [.. run.Rows.SelectMany(row => row.GetProperty("top").EnumerateArray().OrderBy(top => top.GetProperty("index").GetInt32()).Select(top => top.GetProperty("score").GetDouble()))];
        }

        var (expected, got) = (await ScoresOn("cpu"), await ScoresOn(Gpu.Name));

        Assert.HasCount(4 * TestWeights.Classes, expected);
        for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], got[i], 1e-4);
    }

    [TestMethod]
    public async Task TrainsThere()
    {
        string output = _folder["run"];
        var run = await Tool.RunAsync(
            "train", "--data", Clips, "--output", output, "--depth", "1", "--frames", "4", "--size", "48", "--epochs", "2", "--batch", "4", "--device", Gpu.Name);

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        StringAssert.Contains(File.ReadAllText(Path.Combine(output, "run.json")), $"\"{Gpu.Name}\"");
        Assert.IsTrue(File.Exists(Path.Combine(output, "weights.safetensors")));
    }

    [TestMethod]
    public async Task BenchesThere()
    {
        var row = (await Tool.RunAsync("bench", "infer", "--size", "32", "--frames", "2", "--depth", "1", "--samples", "1", "--device", Gpu.Name, "--json")).Rows.Single();

        Assert.AreEqual(Gpu.Name, row.GetProperty("device").GetString());
        Assert.IsGreaterThan(0, row.GetProperty("ms_median").GetDouble());
    }
}
