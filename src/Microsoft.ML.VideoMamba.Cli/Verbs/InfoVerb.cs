using System.CommandLine;
using System.Reflection;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Video.Decoding;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>info</c>: what runs here; with <c>--arch</c>, what a network costs.</summary>
internal static class InfoVerb
{
    public static Verb Create(ToolConsole console)
    {
        var arch = new Option<string?>("--arch") { Description = $"A preset: {string.Join(", ", VideoMambaConfig.Presets.Keys)}.", HelpName = "NAME" };
        arch.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !VideoMambaConfig.Presets.ContainsKey(result.Tokens[0].Value)) result.AddError($"--arch must be one of {string.Join(", ", VideoMambaConfig.Presets.Keys)}; it is {result.Tokens[0].Value}.");
        });
        var frames = new Option<int?>("--frames") { Description = "Frames of a clip (default 8); 1 means the image network.", HelpName = "N" };
        frames.OnlyAbove(1);
        var size = new Option<FrameSize?>("--size") { Description = "Size of a frame (default 224), 224 or 224x320.", HelpName = "S", CustomParser = FrameSize.Parse };
        var json = new Option<bool>("--json") { Description = "One JSON object on standard output." };
        var verb = new Verb("info", "Say what runs here; with --arch, what a network costs.", "info", "info --arch tiny --frames 16 --size 224 --json") { arch, frames, size, json };
        verb.SetAction(parsed => parsed.GetValue(arch) is { } name
            ? Describe(name, parsed.GetValue(frames), parsed.GetValue(size), parsed.GetValue(json), console)
            : Describe(parsed.GetValue(json), console));
        return verb;
    }

    /// <summary>A multiply-add counts as one operation, as in the paper; the scan's are stated apart, as the paper leaves them out.</summary>
    private static int Describe(string name, int? frames, FrameSize? size, bool json, ToolConsole console)
    {
        var preset = VideoMambaConfig.Presets[name];
        bool isVideo = frames is not 1;
        var config = preset with
        {
            IsVideo = isVideo,
            Frames = frames ?? preset.Frames,
            Classes = isVideo ? 400 : 1000,
            Height = size?.Height ?? preset.Height,
            Width = size?.Width ?? preset.Width,
        };
        ModelCost cost;
        try
        {
            cost = ModelCost.Of(config);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }

        var shown = new FrameSize(config.Height, config.Width);
        console.Out.WriteLine(json
            ? JsonLines.Line(new { arch = name, kind = isVideo ? "video" : "image", frames = config.Frames, size = shown.ToString(), tokens = config.SequenceLength, parameters = cost.Parameters, flops = cost.Dense, scan_flops = cost.Scan })
            : $"{name}, {config.Frames} frame{(config.Frames == 1 ? "" : "s")} of {shown}: {cost.Parameters:N0} parameters, {config.SequenceLength} tokens, {cost.Dense / 1e9:0.0} G multiply-adds and {cost.Scan / 1e9:0.0} G in the scan");
        return ExitCode.Success;
    }

    private static int Describe(bool json, ToolConsole console)
    {
        var torchInfo = TorchRuntime.Info;
        string version = typeof(InfoVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        string[] devices = ["cpu", .. Enumerable.Range(0, torch.cuda.is_available() ? torch.cuda.device_count() : 0).Select(index => $"cuda:{index}")];
        string[] video = [VideoDecoder.Describe()];
        if (json)
        {
            console.Out.WriteLine(JsonLines.Line(new
            {
                version,
                dotnet = Environment.Version.ToString(),
                torchsharp = torchInfo.TorchSharpVersion,
                libtorch = torchInfo.LibTorchVersion,
                libtorch_folder = torchInfo.LibTorchFolder,
                backend = torchInfo.Backend,
                from_pytorch = torchInfo.FromPyTorch,
                patched_binding = torchInfo.PatchedBinding,
                devices,
                threads = torch.get_num_threads(),
                instruction_sets = KernelFaces.InstructionSets,
                kernels = KernelFaces.Description,
                video,
            }));
            return ExitCode.Success;
        }

        console.Out.WriteLine($"""
            videomamba {version} on .NET {Environment.Version}
            libtorch:         {torchInfo.LibTorchVersion} ({torchInfo.Backend}) in {torchInfo.LibTorchFolder}, through TorchSharp {torchInfo.TorchSharpVersion}
            devices:          {string.Join(", ", devices)}; {torch.get_num_threads()} threads
            instruction sets: {string.Join(", ", KernelFaces.InstructionSets)}
            kernels:          {KernelFaces.Description}
            video:            {string.Join(", ", video)}
            """);
        if (torchInfo.PatchedBinding is { } copy) console.Out.WriteLine($"binding:          private copy for this system's older libstdc++: {copy}");
        return ExitCode.Success;
    }
}
