using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Models.Checkpoints;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>inspect</c>: what a checkpoint holds, without reading its values.</summary>
internal static class InspectVerb
{
    public static Verb Create(ToolConsole console)
    {
        var file = new Argument<string>("FILE") { Description = "A .pth, .pt or .safetensors file." };
        var root = new Option<string?>("--root") { Description = "Key of the state dict inside a .pth, such as model_ema.", HelpName = "KEY" };
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        var verb = new Verb("inspect", "List a checkpoint's tensors and read the network's shape off them.", "inspect videomamba_m16_k400_f8_res224.pth", "inspect weights.safetensors --json") { file, root, json };
        verb.SetAction(parsed => Inspect(parsed.GetValue(file)!, parsed.GetValue(root), parsed.GetValue(json), console));
        return verb;
    }

    private static int Inspect(string path, string? root, bool json, ToolConsole console)
    {
        using var checkpoint = Checkpoint.Open(path, root);
        CheckpointConfig.TryRead(checkpoint, out var config, out string reason);
        string? size = config is null ? null : new FrameSize(config.Height, config.Width).ToString();
        string? kind = config is null ? null : config.IsVideo ? "video" : "image";
        if (json)
        {
            console.Out.WriteLine(JsonLines.Line(new
            {
                format = FormatName(checkpoint.Format),
                preset = config?.PresetName,
                kind,
                frames = config?.Frames,
                size = config is null ? null : config.Height == config.Width ? (object)config.Height : size,
                classes = config?.Classes,
                tensors = checkpoint.Tensors.Select(tensor => new { name = tensor.Name, dtype = tensor.DTypeName, shape = tensor.Shape }),
            }));
            return ExitCode.Success;
        }

        console.Out.WriteLine(config is null
            ? $"{path}: {FormatName(checkpoint.Format)}, no VideoMamba that can be built ({reason})"
            : $"{path}: {FormatName(checkpoint.Format)}, VideoMamba {config.PresetName ?? "of its own size"} for {kind}s: width {config.EmbedDim}, depth {config.Depth}, {config.Frames} frames of {size}, patch {config.PatchSize}, {config.Classes} classes");
        foreach (var tensor in checkpoint.Tensors) console.Out.WriteLine($"  {tensor.Name}  {tensor.DTypeName}  [{string.Join(", ", tensor.Shape)}]");
        console.Out.WriteLine($"{checkpoint.Tensors.Count} tensors, {checkpoint.Tensors.Sum(tensor => tensor.Count):N0} values, {checkpoint.Tensors.Sum(tensor => tensor.ByteCount) / 1e6:N1} MB");
        return ExitCode.Success;
    }

    private static string FormatName(CheckpointFormat format) => format switch
    {
        CheckpointFormat.PyTorch => "pytorch",
        CheckpointFormat.PyTorchLegacy => "pytorch-legacy",
        _ => "safetensors",
    };
}
