using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>The operations that policies draw from, what a level means for each, and what a configuration means.</summary>
internal sealed class RandAugmentCheck : IGoldenCheck
{
    public string Kind => "randaugment_ops";

    public void Check(GoldenCase golden)
    {
        if (golden.Text("group") == "levels")
        {
            CheckLevels(golden);
            CheckConfigurations(golden.Json("configs.json"));
            return;
        }

        var image = golden.Tensors["input.image"];
        foreach (var row in golden.Json("ops.json").EnumerateArray()) CheckOperation(golden, image, row);
    }

    private static void CheckOperation(GoldenCase golden, GoldenTensor image, JsonElement row)
    {
        string key = "output." + row.GetProperty("output").GetString();
        var operation = new DrawnOperation(Enum.Parse<FrameOperation>(row.GetProperty("op").GetString()!), Single(row.GetProperty("args")));
        byte fill = row.GetProperty("fill").GetByte();
        byte[] changed = new byte[image.Count];

        operation.Apply(image.Bytes.Span, changed, (int)image.Shape[1], new RgbLevel(fill, fill, fill), bicubic: row.GetProperty("resample").GetString() == "bicubic");

        double[] expected = golden.Tensors[key].ToDoubles(), errors = [.. expected.Zip(changed, (wanted, got) => Math.Abs(wanted - got))];
        var bounds = golden.Params.GetProperty("bounds");
        Assert.IsLessThanOrEqualTo(bounds.GetProperty("max_abs").GetDouble(), errors.Max(), key);
        Assert.IsLessThanOrEqualTo(bounds.GetProperty("mean_abs").GetDouble(), errors.Average(), key);
        golden.MarkCompared(key);
    }

    private static void CheckLevels(GoldenCase golden)
    {
        double[] levels = [.. golden.Params.GetProperty("levels").EnumerateArray().Select(level => level.GetDouble())];
        foreach (var entry in golden.Json("levels.json").EnumerateObject())
        {
            var operation = Enum.Parse<FrameOperation>(entry.Name);
            foreach (bool negate in new[] { false, true })
            {
                var expected = entry.Value.GetProperty(negate ? "args_minus" : "args_plus").EnumerateArray().ToList();
                Assert.HasCount(levels.Length, expected);
                for (int i = 0; i < levels.Length; i++) Assert.AreEqual(Single(expected[i]), Argument(operation, levels[i], negate), 1e-9, $"{operation} at {levels[i]}");
            }
        }

        golden.AssertClose("output.rotate", Array.ConvertAll(levels, level => Argument(FrameOperation.Rotate, level, negate: true)));

        double Argument(FrameOperation operation, double level, bool negate) =>
            OperationLevel.Argument(operation, level, negate, golden.Double("translate_const"), golden.Double("translate_pct"));
    }

    private static void CheckConfigurations(JsonElement configurations)
    {
        foreach (var entry in configurations.EnumerateObject())
        {
            var policy = (RandAugment)FramePolicy.Parse(entry.Name);
            Assert.AreEqual(entry.Value.GetProperty("num_layers").GetInt32(), policy.Layers, entry.Name);
            Assert.AreEqual(entry.Value.GetProperty("magnitude").GetDouble(), policy.Magnitude, entry.Name);
            Assert.AreEqual(entry.Value.GetProperty("magnitude_std").GetDouble(), policy.MagnitudeDeviation, entry.Name);
            Assert.AreEqual(entry.Value.GetProperty("op_probability").GetDouble(), RandAugment.OperationProbability, entry.Name);
            CollectionAssert.AreEqual(entry.Value.GetProperty("ops").EnumerateArray().Select(name => name.GetString()).ToList(), policy.Operations.Select(operation => operation.ToString()).ToList(), entry.Name);
            var weights = entry.Value.GetProperty("weights");
            if (weights.ValueKind == JsonValueKind.Null) Assert.IsNull(policy.Weights, entry.Name);
            else CollectionAssert.AreEqual(weights.EnumerateArray().Select(weight => weight.GetDouble()).ToList(), policy.Weights?.ToList(), entry.Name);
        }
    }

    /// <summary>The only argument, or 0 where there is none.</summary>
    private static double Single(JsonElement arguments) => arguments.EnumerateArray().Select(argument => argument.GetDouble()).SingleOrDefault();
}
