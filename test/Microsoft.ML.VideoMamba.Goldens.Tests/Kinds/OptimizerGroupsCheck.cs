using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Optimization;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Every parameter's weight decay and, under layer decay, its layer, scale and group.</summary>
internal sealed class OptimizerGroupsCheck : IGoldenCheck
{
    public string Kind => "optimizer_groups";

    public void Check(GoldenCase golden)
    {
        var rows = golden.Json("groups.json").EnumerateObject().ToList();
        var groups = Grouping(golden).Group(rows.Select(row => (row.Name, Shape(row.Value))), golden.Int("n_layers", 0));
        var ofParameter = groups.SelectMany((group, index) => group.Names.Select(name => (name, group, index))).ToDictionary(item => item.name, item => (item.group, item.index));

        foreach (var row in rows)
        {
            var (group, index) = ofParameter[row.Name];
            Assert.AreEqual(row.Value.GetProperty("weight_decay").GetDouble(), group.WeightDecay, row.Name);
            if (row.Value.TryGetProperty("group", out var expected)) Assert.AreEqual(expected.GetInt32(), index, row.Name);
            if (row.Value.TryGetProperty("lr_scale", out var scale)) Assert.AreEqual(scale.GetDouble(), group.LearningRateScale, 1e-12, row.Name);
            if (group.Layer is { } layer) Assert.AreEqual(row.Value.GetProperty("layer_id").GetInt32(), layer, row.Name);
        }

        Assert.HasCount(rows.Count, ofParameter);
        Compare(golden, "output.lr_scale", rows, group => group.LearningRateScale);
        Compare(golden, "output.weight_decay", rows, group => group.WeightDecay);

        void Compare(GoldenCase golden, string key, List<JsonProperty> rows, Func<ParameterGroup, double> value)
        {
            if (golden.Has(key)) golden.AssertClose(key, [.. rows.Select(row => value(ofParameter[row.Name].group))]);
        }
    }

    private static ParameterGrouping Grouping(GoldenCase golden)
    {
        var grouping = new ParameterGrouping { WeightDecay = golden.Double("weight_decay"), LayerDecay = golden.Double("layer_decay", 1) };
        return golden.Text("mapping") switch
        {
            "reference" => grouping with { Mapping = LayerDecayMapping.Reference, Undecayed = Skipped(golden) },
            "corrected" => grouping with { Mapping = LayerDecayMapping.Corrected, Undecayed = Skipped(golden) },
            "multimodal" => grouping with { Undecayed = new HashSet<string>() },
            var other => throw new InvalidDataException($"Mapping '{other}' is unknown."),
        };
    }

    private static HashSet<string> Skipped(GoldenCase golden) => [.. golden.Params.GetProperty("skip").EnumerateArray().Select(name => name.GetString()!)];

    private static long[] Shape(JsonElement row) => [.. row.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
}
