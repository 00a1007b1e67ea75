using Microsoft.ML.VideoMamba.Cli.Benchmarks;
using Microsoft.ML.VideoMamba.Models;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

[TestClass]
public sealed class BenchTests
{
    private static readonly string[] s_small = ["--size", "32", "--frames", "2", "--depth", "1", "--samples", "1", "--json"];

    [TestMethod]
    [DataRow("scan")]
    [DataRow("scan", "--backward", "--length", "33", "--channels", "20", "--d-state", "8", "--directions", "1")]
    [DataRow("scan", "--dtype", "bfloat16")]
    [DataRow("mixer", "--backward", "--channels", "64", "--length", "9")]
    [DataRow("infer", "--batch", "2")]
    [DataRow("infer", "--dtype", "bfloat16")]
    [DataRow("infer", "--dtype", "bfloat16", "--pixels", "bfloat16")]
    [DataRow("train", "--checkpoint-layers", "1")]
    [DataRow("train", "--dtype", "bfloat16")]
    [DataRow("decode", "--batch", "2")]
    public async Task EachBenchmarkGivesTheFieldsOfTheContract(params string[] args)
    {
        var run = await Tool.RunAsync(["bench", .. args, .. s_small]);

        Assert.AreEqual(ExitCode.Success, run.ExitCode, run.Error);
        var row = run.Rows.Single();
        foreach (string field in new[] { "ms_median", "ms_min", "clips_per_s", "ms_floor" }) Assert.IsGreaterThan(0, row.GetProperty(field).GetDouble(), field);
        Assert.IsLessThanOrEqualTo(row.GetProperty("ms_median").GetDouble(), row.GetProperty("ms_min").GetDouble());
        Assert.IsGreaterThanOrEqualTo(0, row.GetProperty("peak_mb").GetDouble());
        Assert.AreEqual("cpu", row.GetProperty("device").GetString());
        Assert.AreEqual(args[0] is "infer" or "train", row.TryGetProperty("ratio_to_matmul", out var ratio) && ratio.GetDouble() > 0);
    }

    [TestMethod]
    public async Task SizesReachTheWork()
    {
        var row = (await Tool.RunAsync(["bench", "scan", "--batch", "3", "--length", "17", "--channels", "5", "--d-state", "4", "--directions", "1", .. s_small])).Rows.Single();

        CollectionAssert.AreEqual(new[] { 3, 17, 5, 4, 1 }, new[] { "batch", "length", "channels", "d_state", "directions" }.Select(field => row.GetProperty(field).GetInt32()).ToArray());
    }

    [TestMethod]
    [DataRow("bench")]
    [DataRow("bench", "sing")]
    [DataRow("bench", "scan", "--directions", "3")]
    [DataRow("bench", "scan", "--dtype", "float16")]
    [DataRow("bench", "mixer", "--channels", "7")]
    [DataRow("bench", "infer", "--size", "8")]
    [DataRow("bench", "infer", "--device", "tpu")]
    [DataRow("bench", "infer", "--device", "cuda:99")]
    [DataRow("bench", "train", "--depth", "1", "--checkpoint-layers", "2")]
    [DataRow("bench", "infer", "--batch", "2", "--at-once", "3")]
    [DataRow("bench", "infer", "--batch", "3", "--at-once", "2", "--passes", "3")]
    [DataRow("bench", "infer", "--pixels", "float64")]
    public async Task ABadValueIsUsage(params string[] args) => Assert.AreEqual(ExitCode.Usage, (await Tool.RunAsync(args)).ExitCode);

    [TestMethod]
    public void TheYardstickMultipliesAllThatTheNetworkDoes()
    {
        var config = VideoMambaConfig.Tiny with { Frames = 2, Height = 64, Width = 64, Depth = 3 };
        var cost = ModelCost.Of(config);
        long products = cost.PatchEmbedding + cost.Projections + cost.Head + cost.Selection;

        Assert.AreEqual(4.0 * products, MatrixProducts.MultiplyAdds(config, batch: 4, backward: false));
        Assert.AreEqual(4.0 * (3 * products - cost.PatchEmbedding), MatrixProducts.MultiplyAdds(config, batch: 4, backward: true));
        Assert.AreEqual(products - cost.PatchEmbedding - cost.Head, ModelWork.OfMixers(config, config.SequenceLength, 4, backward: false).Products);
    }

    [TestMethod]
    public void TheFloorIsWhatTheSlowestUnitNeeds()
    {
        var rates = new UnitRates(BytesPerSecond: 10, ProductsPerSecond: 100, VectorPerSecond: 50, SpecialPerSecond: 20);

        Assert.AreEqual(5, rates.Floor(new LeastWork(Bytes: 50, Products: 100), DeviceType.CPU), 1e-12);
        Assert.AreEqual(1 + 2 + 3, rates.Floor(new LeastWork(Bytes: 50, Products: 100, Vector: 100, Special: 60), DeviceType.CPU), 1e-12);
        Assert.AreEqual(1 + 3, rates.Floor(new LeastWork(Bytes: 5, Products: 100, Vector: 100, Special: 60), DeviceType.CUDA), 1e-12);
    }
}
