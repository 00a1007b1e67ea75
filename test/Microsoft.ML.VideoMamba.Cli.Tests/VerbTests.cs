using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

[TestClass]
public sealed class VerbTests
{
    private static readonly string s_coin = Path.Combine(RepositoryPaths.Media, "coin.mov");

    [TestMethod]
    [DataRow]
    [DataRow("nonsense")]
    [DataRow("predict", "--nope", "x.mp4")]
    [DataRow("predict", "--checkpoint", "w.pth", "--nope")]
    [DataRow("predict", "x.mp4")]
    [DataRow("predict", "--checkpoint", "w.pth")]
    [DataRow("predict", "--checkpoint", "w.pth", "x.mp4", "--top", "0")]
    [DataRow("predict", "--checkpoint", "w.pth", "x.mp4", "--top", "many")]
    [DataRow("predict", "--checkpoint", "w.pth", "x.mp4", "--crops", "2")]
    [DataRow("predict", "--checkpoint", "w.pth", "x.mp4", "--size", "0")]
    [DataRow("embed", "--checkpoint", "w.pth", "x.mp4", "--pooling", "best")]
    [DataRow("embed", "--checkpoint", "w.pth", "x.mp4", "--output", "x.csv")]
    [DataRow("frames", "x.mp4", "--indices", "0;1", "--output", "x")]
    [DataRow("frames", "x.mp4", "--indices", "0", "--count", "1", "--output", "x")]
    [DataRow("info", "--arch", "enormous")]
    [DataRow("convert", "a.pth", "b.pth")]
    public async Task AnUnknownOptionABadValueOrNoVerbIsUsage(params string[] args)
    {
        var run = await Tool.RunAsync(args);

        Assert.AreEqual(ExitCode.Usage, run.ExitCode, run.Error);
        Assert.AreEqual("", run.Out);
        StringAssert.Contains(run.Error, "--help");
    }

    [TestMethod]
    public async Task EveryVerbExplainsItselfWithExamples()
    {
        foreach (var verb in VideoMambaTool.CreateRoot(new ToolConsole(TextReader.Null, TextWriter.Null, TextWriter.Null, showsProgress: false)).Subcommands)
        {
            var run = await Tool.RunAsync(verb.Name, "--help");

            Assert.AreEqual(ExitCode.Success, run.ExitCode);
            StringAssert.Contains(run.Out, $"videomamba {verb.Name}");
        }
    }

    [TestMethod]
    public async Task ProbesByDecoding()
    {
        var run = await Tool.RunAsync("probe", s_coin, Path.Combine(RepositoryPaths.Media, "broken", "truncated-30.mp4"), "--json");

        var coin = run.Rows[0];
        Assert.AreEqual((242, 568, 320, 0, "h264", false), (
            coin.GetProperty("frames").GetInt32(), coin.GetProperty("width").GetInt32(), coin.GetProperty("height").GetInt32(),
            coin.GetProperty("rotation").GetInt32(), coin.GetProperty("codec").GetString(), coin.GetProperty("damaged").GetBoolean()));
        Assert.AreEqual(30, coin.GetProperty("fps").GetDouble(), 0.01);
        Assert.AreEqual(VideoDecoder.Describe(), coin.GetProperty("backend").GetString());
        Assert.AreEqual((12, true), (run.Rows[1].GetProperty("frames").GetInt32(), run.Rows[1].GetProperty("damaged").GetBoolean()));
    }

    [TestMethod]
    public async Task WritesFramesByTheirNumbersAndContactSheets()
    {
        using var folder = new TemporaryFolder();

        await Tool.RunAsync("frames", s_coin, "--indices", "0,17,59", "--output", folder["frames"]);
        await Tool.RunAsync("frames", s_coin, "--count", "6", "--output", folder["sheet.png"]);

        CollectionAssert.AreEqual(new[] { "000000.png", "000017.png", "000059.png" }, Directory.GetFiles(folder["frames"]).Select(Path.GetFileName).Order().ToArray());
        CollectionAssert.AreEqual(new byte[] { 0x89, 0x50, 0x4e, 0x47 }, (await File.ReadAllBytesAsync(folder["sheet.png"]))[..4]);
    }

    [TestMethod]
    public async Task SaysWhatANetworkCosts()
    {
        var image = (await Tool.RunAsync("info", "--arch", "tiny", "--frames", "1", "--json")).Rows.Single();
        var video = (await Tool.RunAsync("info", "--arch", "middle", "--frames", "8", "--size", "224", "--json")).Rows.Single();

        Assert.AreEqual(7_148_008, image.GetProperty("parameters").GetInt64());
        Assert.AreEqual(1.1e9, image.GetProperty("flops").GetDouble(), 0.05e9);
        Assert.AreEqual(73_875_856, video.GetProperty("parameters").GetInt64());
    }

    [TestMethod]
    public async Task SaysWhatRunsHere()
    {
        var info = (await Tool.RunAsync("info", "--json")).Rows.Single();

        Assert.AreEqual("0.107.0", info.GetProperty("torchsharp").GetString());
        Assert.AreEqual("cpu", info.GetProperty("devices")[0].GetString());
        Assert.AreEqual(VideoDecoder.Describe(), info.GetProperty("video")[0].GetString());
    }

    [TestMethod]
    public async Task InspectsAndConverts()
    {
        using var folder = new TemporaryFolder();
        string original = Path.Combine(RepositoryPaths.Goldens, "checkpoint-layouts", "nested-training.pth");

        var converted = await Tool.RunAsync("convert", original, folder["tiny.safetensors"]);
        var before = (await Tool.RunAsync("inspect", original, "--json")).Rows.Single();
        var after = (await Tool.RunAsync("inspect", folder["tiny.safetensors"], "--json")).Rows.Single();

        Assert.AreEqual(ExitCode.Success, converted.ExitCode, converted.Error);
        Assert.AreEqual("pytorch", before.GetProperty("format").GetString());
        Assert.AreEqual("safetensors", after.GetProperty("format").GetString());
        Assert.AreEqual("video", before.GetProperty("kind").GetString());
        Assert.AreEqual(before.GetProperty("tensors").GetArrayLength(), after.GetProperty("tensors").GetArrayLength());
        foreach (string name in new[] { "frames", "size", "classes" }) Assert.AreEqual(before.GetProperty(name).GetInt32(), after.GetProperty(name).GetInt32());
    }

    [TestMethod]
    public async Task ABadCheckpointIsNamedWithItsReason()
    {
        string hostile = Path.Combine(RepositoryPaths.Goldens, "checkpoint-hostile", "call-os-system.pth");

        var run = await Tool.RunAsync("predict", "--checkpoint", hostile, s_coin);

        Assert.AreEqual(ExitCode.Failure, run.ExitCode);
        StringAssert.Contains(run.Error, hostile);
        StringAssert.Contains(run.Error, "system");
    }

    [TestMethod]
    public async Task PatternsMatchSorted()
    {
        var run = await Tool.RunAsync("probe", Path.Combine(RepositoryPaths.Media, "**", "truncated-?0.mp4"), "--json");

        CollectionAssert.AreEqual(new[] { "truncated-30.mp4", "truncated-70.mp4" }, run.Rows.Select(row => Path.GetFileName(row.GetProperty("path").GetString())).ToArray());
    }
}
