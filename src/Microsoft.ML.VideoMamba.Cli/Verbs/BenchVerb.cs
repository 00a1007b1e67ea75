using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Benchmarks;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>bench</c>: how long the library's work takes here, and what is the least that it could take.</summary>
internal sealed class BenchVerb
{
    private static readonly IReadOnlyDictionary<string, ScalarType> s_types = new Dictionary<string, ScalarType> { ["float32"] = ScalarType.Float32, ["bfloat16"] = ScalarType.BFloat16 };

    private readonly Argument<string> _what = new("WHAT") { Description = "scan, mixer (a layer's), infer (a network's pass), train (a whole step) or decode (reading clips)." };
    private readonly Option<string> _arch = new("--arch") { Description = $"Whose sizes: {string.Join(", ", VideoMambaConfig.Presets.Keys)}.", HelpName = "NAME", DefaultValueFactory = _ => "tiny" };
    private readonly Option<int?> _depth = new("--depth") { Description = "Layers, where they are not the preset's.", HelpName = "N" };
    private readonly Option<int> _frames = new("--frames") { Description = "Frames of a clip; 1 means the image network.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<FrameSize?> _size = new("--size") { Description = "Size of a frame (default 224), 224 or 224x320.", HelpName = "S", CustomParser = FrameSize.Parse };
    private readonly Option<int> _batch = new("--batch") { Description = "Clips of a run.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _length = new("--length") { Description = "scan, mixer: tokens, where they are not those of --frames and --size.", HelpName = "L" };
    private readonly Option<int?> _channels = new("--channels") { Description = "scan, mixer: channels of the scan (d_inner), where they are not those of --arch.", HelpName = "D" };
    private readonly Option<int> _states = new("--d-state") { Description = "States of a channel.", HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<int> _directions = new("--directions") { Description = "1 or 2.", HelpName = "1|2", DefaultValueFactory = _ => 2 };
    private readonly Option<bool> _backward = new("--backward") { Description = "scan, mixer, infer: with all gradients." };
    private readonly Option<int> _checkpointed = new("--checkpoint-layers") { Description = "Layers that are computed again in the backward pass, to save memory.", HelpName = "K", DefaultValueFactory = _ => 0 };
    private readonly Option<int?> _atOnce = new("--at-once") { Description = "infer, on a CUDA device: clips of a run to take at a time; unless given, as many as make it faster.", HelpName = "N" };
    private readonly Option<int?> _passes = new("--passes") { Description = "infer, on a CUDA device: passes side by side that these clips are shared out to; unless given, two where half of them keep the device busy, else one.", HelpName = "N" };
    private readonly Option<string> _pixels = new("--pixels") { Description = "infer: type of the clips' pixels, float32 or bfloat16.", HelpName = "TYPE", DefaultValueFactory = _ => "float32" };
    private readonly Option<string> _dtype = new("--dtype") { Description = "Type of the activations: float32 or bfloat16.", HelpName = "TYPE", DefaultValueFactory = _ => "float32" };
    private readonly Option<string> _device = new("--device") { Description = "cpu, cuda or cuda:N.", HelpName = "DEVICE", DefaultValueFactory = _ => "cpu" };
    private readonly Option<int?> _samples = new("--samples") { Description = "Times that are taken; unless given, as many as five seconds hold, at least 5.", HelpName = "N" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on standard output." };

    public static Verb Create(ToolConsole console)
    {
        var bench = new BenchVerb();
        var verb = new Verb(
            "bench",
            "Time scans, layers, networks, training steps and decoding. ms_floor is the least time that this device's units need: bytes over the bandwidth of a copy, or operations over the units' best rate.",
            "bench infer --arch tiny --frames 8 --batch 4",
            "bench scan --batch 64 --length 1569 --channels 384 --backward --dtype bfloat16 --device cuda --json")
        {
            bench._what,
        };
        bench.AddTo(verb);
        verb.SetAction((parsed, cancellation) => Task.FromResult(bench.Run(parsed, console, cancellation)));
        return verb;
    }

    private void AddTo(Verb verb)
    {
        _what.AcceptOnlyFromAmong([.. BenchRunner.Benchmarks.Keys]);
        _arch.AcceptOnlyFromAmong([.. VideoMambaConfig.Presets.Keys]);
        _dtype.AcceptOnlyFromAmong([.. s_types.Keys]);
        _pixels.AcceptOnlyFromAmong([.. s_types.Keys]);
        foreach (var option in new[] { _frames, _batch, _states, _directions }) option.OnlyAbove(1);
        foreach (var option in new[] { _depth, _length, _channels, _atOnce, _passes, _samples }) option.OnlyAbove(1);
        _checkpointed.OnlyAbove(0);
        _directions.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("1" or "2")) result.AddError($"--directions must be 1 or 2; it is {result.Tokens[0].Value}.");
        });
        foreach (var option in new Option[] { _arch, _depth, _frames, _size, _batch, _length, _channels, _states, _directions, _backward, _checkpointed, _atOnce, _passes, _pixels, _dtype, _device, _samples, _json }) verb.Options.Add(option);
    }

    private int Run(ParseResult parsed, ToolConsole console, CancellationToken cancellation)
    {
        string what = parsed.GetValue(_what)!;
        var options = Options(parsed, what);
        var result = BenchRunner.Run(what, options, parsed.GetValue(_samples), cancellation);
        string device = options.Device.type == DeviceType.CUDA ? CudaDriver.Name(options.Device.index) : "cpu";
        console.Out.WriteLine(parsed.GetValue(_json) ? Json(parsed, what, options, result, device) : Text(what, options, result, device));
        return ExitCode.Success;
    }

    private BenchOptions Options(ParseResult parsed, string what)
    {
        try
        {
            var config = Config(parsed, what);
            int tokens = parsed.GetValue(_length) ?? config.SequenceLength;
            int batch = parsed.GetValue(_batch);
            if (parsed.GetValue(_atOnce) is { } atOnce && atOnce > batch) throw new UsageException($"--at-once must be at most --batch, which is {batch}; it is {atOnce}.");
            int most = parsed.GetValue(_atOnce) ?? batch;
            if (parsed.GetValue(_passes) is { } passes && passes > most) throw new UsageException($"--passes must be at most the clips at once, which are {most}; it is {passes}.");
            return new BenchOptions(
                config, batch, tokens, parsed.GetValue(_channels) ?? config.InnerDim, parsed.GetValue(_backward), s_types[parsed.GetValue(_dtype)!], ComputeDevice.Find(parsed.GetValue(_device)!),
                parsed.GetValue(_atOnce), parsed.GetValue(_passes), what == "infer" ? s_types[parsed.GetValue(_pixels)!] : ScalarType.Float32);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message, error);
        }
    }

    private VideoMambaConfig Config(ParseResult parsed, string what)
    {
        var preset = VideoMambaConfig.Presets[parsed.GetValue(_arch)!];
        int frames = parsed.GetValue(_frames), depth = parsed.GetValue(_depth) ?? preset.Depth;
        int? channels = parsed.GetValue(_channels);
        if (what == "mixer" && channels is { } odd && odd % preset.Expand != 0) throw new UsageException($"--channels must be a multiple of {preset.Expand}, by which a layer expands its tokens; it is {odd}.");
        var config = preset with
        {
            IsVideo = frames > 1,
            Frames = frames,
            Height = parsed.GetValue(_size)?.Height ?? preset.Height,
            Width = parsed.GetValue(_size)?.Width ?? preset.Width,
            Classes = frames > 1 ? 400 : 1000,
            Depth = depth,
            EmbedDim = what == "mixer" && channels is { } inner ? inner / preset.Expand : preset.EmbedDim,
            StateSize = parsed.GetValue(_states),
            Bidirectional = parsed.GetValue(_directions) == 2,
            CheckpointedLayers = parsed.GetValue(_checkpointed),
        };
        config.Validate();
        return config;
    }

    private string Json(ParseResult parsed, string what, BenchOptions options, BenchResult result, string device) => JsonLines.Line(new Dictionary<string, object?>
    {
        ["bench"] = what,
        ["arch"] = parsed.GetValue(_arch),
        ["depth"] = options.Config.Depth,
        ["frames"] = options.Config.Frames,
        ["size"] = new FrameSize(options.Config.Height, options.Config.Width).ToString(),
        ["batch"] = options.Batch,
        ["length"] = options.Length,
        ["channels"] = options.Channels,
        ["d_state"] = options.Config.StateSize,
        ["directions"] = options.Directions,
        ["backward"] = options.Backward || what == "train",
        ["checkpoint_layers"] = options.Config.CheckpointedLayers,
        ["dtype"] = parsed.GetValue(_dtype),
        ["pixels"] = what == "infer" ? parsed.GetValue(_pixels) : null,
        ["at_once"] = result.AtOnce,
        ["passes"] = result.Passes,
        ["device"] = options.Device.ToString(),
        ["device_name"] = device,
        ["threads"] = get_num_threads(),
        ["samples"] = result.Seconds.Count,
        ["ms_median"] = 1e3 * result.MedianSeconds,
        ["ms_min"] = 1e3 * result.Seconds.Min(),
        ["clips_per_s"] = result.Clips / result.MedianSeconds,
        ["peak_mb"] = result.PeakBytes / 1e6,
        ["ms_floor"] = 1e3 * result.FloorSeconds,
        ["ms_matmul"] = result.ProductSeconds is { } products ? 1e3 * BenchResult.Median(products) : null,
        ["ratio_to_matmul"] = result.RatioToProducts,
    }.Where(field => field.Value is not null).ToDictionary());

    private static string Text(string what, BenchOptions options, BenchResult result, string device)
    {
        string products = result.RatioToProducts is { } ratio ? $", {ratio:0.00} times its matrix products alone" : "";
        return $"{what} on {device} ({options.DType}): {1e3 * result.MedianSeconds:0.###} ms (best {1e3 * result.Seconds.Min():0.###}, floor {1e3 * result.FloorSeconds:0.###}){products}, "
            + $"{result.Clips / result.MedianSeconds:0.##} clips/s, {result.PeakBytes / 1e6:0.#} MB";
    }
}
