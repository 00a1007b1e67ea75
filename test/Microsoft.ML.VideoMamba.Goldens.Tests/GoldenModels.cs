using System.Text.Json;
using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>Models built from a case's parameters, and their passes compared with its outputs.</summary>
internal static class GoldenModels
{
    /// <summary>The configuration that <c>params</c> of the video and image kinds describe.</summary>
    public static VideoMambaConfig ModelConfig(this GoldenCase golden, bool video)
    {
        var (height, width) = Size(golden.Params.GetProperty("image_size"));
        int? stateSize = golden.Params.TryGetProperty("ssm", out var ssm) && ssm.TryGetProperty("d_state", out var state) ? state.GetInt32() : null;
        return new VideoMambaConfig
        {
            IsVideo = video,
            EmbedDim = golden.Int("dim"),
            Depth = golden.Int("depth"),
            Classes = golden.Int("classes"),
            Channels = golden.Int("channels", 3),
            Height = height,
            Width = width,
            PatchSize = golden.Int("patch_size", 16),
            Stride = video ? null : golden.Int("stride", golden.Int("patch_size", 16)),
            Frames = video ? golden.Int("frames") : 1,
            Tubelet = video ? golden.Int("tubelet", 1) : 1,
            StateSize = stateSize ?? golden.Int("d_state", 16),
            Bidirectional = golden.Bool("bidirectional", true),
            Norm = golden.Bool("rms_norm", true) ? NormKind.Rms : NormKind.Layer,
            NormEpsilon = golden.Double("norm_eps", 1e-5),
            DropPath = golden.Double("drop_path", 0),
            ScanOrder = Enum.Parse<ScanOrder>(golden.Text("order", nameof(ScanOrder.SpatialFirst))),
        };
    }

    /// <summary>Runs a model with the case's weights on its input, on every device: all outputs and, where the case has labels, loss and gradients.</summary>
    public static void CheckPass(this GoldenCase golden, VideoMambaConfig config)
    {
        foreach (var device in GoldenDevices.All) golden.CheckPass(config, device);
    }

    private static void CheckPass(this GoldenCase golden, VideoMambaConfig config, Device device)
    {
        using var model = new VideoMambaModel(config, device);
        using var scope = NewDisposeScope();
        golden.LoadInto(model);
        model.train(golden.Double("drop_path", 0) > 0);
        var x = golden.Torch("input.x").to(device);

        using (no_grad())
        {
            var layers = model.RunLayers(model.EmbedTokens(x), [.. Enumerable.Range(0, config.Depth)]);
            for (int layer = 0; layer < layers.Count; layer++)
            {
                golden.AssertClose($"output.layers.{layer}.hidden", layers[layer].Hidden);
                golden.AssertClose($"output.layers.{layer}.residual", layers[layer].Residual);
            }

            golden.AssertClose("output.tokens", model.Embed(x, Pooling.Tokens));
            golden.AssertClose("output.cls", model.Embed(x, Pooling.Cls));
        }

        if (!model.training) golden.CheckPrepared(model, x);
        var logits = model.forward(x);
        golden.AssertClose("output.logits", logits);
        if (!golden.Has("input.labels")) return;

        var loss = nn.functional.cross_entropy(logits, golden.Torch("input.labels").to(device));
        loss.backward();
        golden.AssertClose("output.loss", loss);
        golden.AssertGradients(model);
    }

    private static void CheckPrepared(this GoldenCase golden, VideoMambaModel model, Tensor x)
    {
        using var prepared = new PreparedModel(model);
        golden.AssertClose("output.logits", prepared.Score(x));
        golden.AssertClose("output.cls", prepared.Embed(x, Pooling.Cls));
        golden.AssertClose("output.tokens", prepared.Embed(x, Pooling.Tokens));
    }

    // A square's side, or [height, width].
    private static (int Height, int Width) Size(JsonElement size) =>
        size.ValueKind == JsonValueKind.Array ? (size[0].GetInt32(), size[1].GetInt32()) : (size.GetInt32(), size.GetInt32());
}
