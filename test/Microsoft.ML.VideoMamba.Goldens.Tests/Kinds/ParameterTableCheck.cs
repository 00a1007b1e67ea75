using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Names, shapes and order of a model's state and its count of parameters, built on torch's meta device: no weight is allocated.</summary>
internal sealed class ParameterTableCheck : IGoldenCheck
{
    public string Kind => "parameter_table";

    public void Check(GoldenCase golden)
    {
        TorchRuntime.EnsureLoaded();
        var config = golden.ModelConfig(golden.Text("modality") == "video");
        using var model = new VideoMambaModel(config, new Device(DeviceType.META));
        var expected = golden.Json("parameters.json");

        string[] rows = [.. expected.GetProperty("entries").EnumerateArray().Select(row => Row(row[0].GetString()!, row[1].EnumerateArray().Select(size => size.GetInt64())))];
        CollectionAssert.AreEqual(rows, model.state_dict().Select(entry => Row(entry.Key, entry.Value.shape)).ToArray());
        Assert.HasCount(golden.Int("entries"), rows);
        CollectionAssert.AreEqual(Strings(golden.Params.GetProperty("no_weight_decay")), model.UndecayedParameters.ToArray());

        double counted = model.parameters().Sum(parameter => parameter.numel());
        golden.AssertClose("output.parameters", [counted]);
        Assert.AreEqual(expected.GetProperty("parameters").GetInt64(), ModelCost.Of(config).Parameters);
        Assert.AreEqual(counted, ModelCost.Of(config).Parameters);
    }

    private static string Row(string name, IEnumerable<long> shape) => $"{name} ({string.Join(", ", shape)})";

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetString()!)];
}
