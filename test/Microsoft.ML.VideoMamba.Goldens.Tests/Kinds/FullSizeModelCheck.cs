using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A model of published size with formula weights: summaries of every layer, of the tokens and of the logits.</summary>
internal sealed class FullSizeModelCheck : IGoldenCheck
{
    public string Kind => "full_size_model";

    public void Check(GoldenCase golden)
    {
        var config = golden.ModelConfig(golden.Text("modality") == "video");
        var preset = VideoMambaConfig.Presets[golden.Text("preset")];
        Assert.AreEqual((preset.EmbedDim, preset.Depth), (config.EmbedDim, config.Depth));
        var formula = new FormulaWeights(golden.Text("salt"), config.StateSize);
        foreach (var device in GoldenDevices.All) Check(golden, config, formula, device);
    }

    private static void Check(GoldenCase golden, VideoMambaConfig config, FormulaWeights formula, Device device)
    {
        using var model = new VideoMambaModel(config, device);
        model.eval();
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var weight = tensor(formula.Tensor(name, parameter.shape), parameter.shape);
            parameter.copy_(weight);
        }

        long batch = golden.Int("batch");
        long[] shape = config.IsVideo
            ? [batch, config.Channels, config.Frames, config.Height, config.Width]
            : [batch, config.Channels, config.Height, config.Width];
        CheckOutputs(golden, model, tensor(formula.Tensor("input", shape), shape).to(device));
    }

    private static void CheckOutputs(GoldenCase golden, VideoMambaModel model, Tensor input)
    {
        var layers = model.RunLayers(model.EmbedTokens(input), [.. Enumerable.Range(0, model.Config.Depth)]);
        var tokens = model.NormTokens(layers[^1]);
        var logits = model.forward(input);

        golden.AssertClose("output.parameters", [model.parameters().Sum(parameter => (double)parameter.numel())]);
        using var prepared = new PreparedModel(model);
        golden.AssertClose("output.logits_first", First(logits, golden, "output.logits_first"));
        golden.AssertClose("output.logits_first", First(prepared.Score(input), golden, "output.logits_first"));
        golden.AssertClose("output.logits_mean", logits.mean([1]));
        golden.AssertClose("output.logits_std", logits.std([1], unbiased: false));
        golden.AssertClose("output.cls_first", First(tokens[.., 0], golden, "output.cls_first"));
        golden.AssertClose("output.last_token_first", First(tokens[.., -1], golden, "output.last_token_first"));
        golden.AssertClose("output.residual_mean", stack(layers.Select(layer => layer.Residual.mean())));
        golden.AssertClose("output.residual_std", stack(layers.Select(layer => layer.Residual.std(unbiased: false))));
        golden.AssertClose("output.residual_first", stack(layers.Select(layer => First(layer.Residual[0, 0], golden, "output.residual_first"))));
        golden.AssertClose("output.residual_last", stack(layers.Select(layer => Last(layer.Residual[-1, -1], golden, "output.residual_last"))));
        golden.AssertClose("output.hidden_mean", stack(layers.Select(layer => layer.Hidden.mean())));
        golden.AssertClose("output.hidden_std", stack(layers.Select(layer => layer.Hidden.std(unbiased: false))));
        golden.AssertClose("output.hidden_first", stack(layers.Select(layer => First(layer.Hidden[0, 0], golden, "output.hidden_first"))));
    }

    // As many of the first (last) elements of the last axis as the case holds.
    private static Tensor First(Tensor values, GoldenCase golden, string key) => values.narrow(-1, 0, golden.Tensors[key].Shape[^1]);

    private static Tensor Last(Tensor values, GoldenCase golden, string key)
    {
        long count = golden.Tensors[key].Shape[^1];
        return values.narrow(-1, values.shape[^1] - count, count);
    }
}
