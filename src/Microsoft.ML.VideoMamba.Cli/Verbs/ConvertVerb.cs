using System.CommandLine;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>convert</c>: a checkpoint as safetensors, its configuration written down.</summary>
internal static class ConvertVerb
{
    public static Verb Create(ToolConsole console)
    {
        var input = new Argument<string>("IN") { Description = "A .pth, .pt or .safetensors file." };
        var output = new Argument<string>("OUT") { Description = "A .safetensors file; overwritten." };
        output.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !result.Tokens[0].Value.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase)) result.AddError($"OUT must end in .safetensors; it is {result.Tokens[0].Value}.");
        });
        var root = new Option<string?>("--root") { Description = "Key of the state dict inside a .pth, such as model_ema.", HelpName = "KEY" };
        var order = new Option<ScanOrder?>("--scan-order") { Description = "Scan order to write down for weights that do not say theirs.", HelpName = "ORDER" };
        var stride = new Option<int?>("--stride") { Description = "Step between patches to write down for an image checkpoint.", HelpName = "N" };
        stride.OnlyAbove(1);
        var size = new Option<FrameSize?>("--size") { Description = "Size of a frame to write down where it is no square, 224x320.", HelpName = "S", CustomParser = FrameSize.Parse };
        var verb = new Verb("convert", "Rewrite a checkpoint as safetensors: plain names, types kept.", "convert videomamba_t16_k400_f8_res224.pth tiny.safetensors", "convert --root model_ema checkpoint-best.pth ema.safetensors")
        {
            input, output, root, order, stride, size,
        };
        verb.SetAction(parsed =>
        {
            var said = new ConfigOverrides { ScanOrder = parsed.GetValue(order), Stride = parsed.GetValue(stride), Height = parsed.GetValue(size)?.Height, Width = parsed.GetValue(size)?.Width };
            var config = CheckpointWriter.Convert(parsed.GetValue(input)!, parsed.GetValue(output)!, parsed.GetValue(root), said);
            console.Warn(config is null
                ? $"{parsed.GetValue(output)} written; the tensors are not a VideoMamba's."
                : $"{parsed.GetValue(output)} written: width {config.EmbedDim}, depth {config.Depth}, {config.Classes} classes.");
            return ExitCode.Success;
        });
        return verb;
    }
}
