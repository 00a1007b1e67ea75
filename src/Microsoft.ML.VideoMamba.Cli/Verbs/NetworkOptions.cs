using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Inputs;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>The options of verbs that run a network over videos: which network, at what size, on how many views.</summary>
internal sealed class NetworkOptions
{
    public Option<string?> Model { get; } = new("--model") { Description = "An ML.NET model, as train writes it.", HelpName = "ZIP" };

    public Option<string?> Checkpoint { get; } = new("--checkpoint") { Description = "Weights instead: a .pth, .pt or .safetensors file. Its shape is read off the file.", HelpName = "FILE" };

    public Option<string?> Root { get; } = new("--root") { Description = "Key of the state dict inside a .pth, such as model_ema.", HelpName = "KEY" };

    public Option<int?> Frames { get; } = new("--frames") { Description = "Frames of a clip, where they differ from the checkpoint's: positions are interpolated.", HelpName = "N" };

    public Option<FrameSize?> Size { get; } = new("--size") { Description = "Size of a frame, 224 or 224x320 (height x width), where it differs from the checkpoint's.", HelpName = "S", CustomParser = FrameSize.Parse };

    public Option<int> Segments { get; } = new("--segments") { Description = "Clips along each video whose results are averaged.", HelpName = "K", DefaultValueFactory = _ => 1 };

    public Option<int> Crops { get; } = new("--crops") { Description = "Crops of each frame whose results are averaged: 1, 3 or 5.", HelpName = "C", DefaultValueFactory = _ => 1 };

    public Option<ScanOrder?> Order { get; } = new("--scan-order") { Description = "Scan order of weights that do not say theirs (any but ours): SpatialFirst unless given.", HelpName = "ORDER" };

    public Option<int?> Stride { get; } = new("--stride") { Description = "Step between patches of an image checkpoint that does not say it.", HelpName = "N" };

    public Option<string?> Device { get; } = new("--device") { Description = "cpu, cuda or cuda:N; the first CUDA device where there is one, unless given.", HelpName = "DEVICE" };

    public Option<string> DType { get; } = new("--dtype") { Description = "What the network computes in: float32, or bfloat16, which is faster where the CPU (AVX512-BF16, AMX) or GPU multiplies it, and less exact.", HelpName = "TYPE", DefaultValueFactory = _ => "float32" };

    public NetworkOptions()
    {
        DType.AcceptOnlyFromAmong("float32", "bfloat16");
        Frames.OnlyAbove(1);
        Segments.OnlyAbove(1);
        Stride.OnlyAbove(1);
        Crops.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.Tokens[0].Value is not ("1" or "3" or "5")) result.AddError($"--crops must be 1, 3 or 5; it is {result.Tokens[0].Value}.");
        });
    }

    public void AddTo(System.CommandLine.Command verb)
    {
        verb.Validators.Add(result =>
        {
            if (result.GetResult(Model) is null == result.GetResult(Checkpoint) is null) result.AddError("Name one network: --model ZIP or --checkpoint FILE.");
        });
        foreach (Option option in new Option[] { Model, Checkpoint, Root, Frames, Size, Segments, Crops, Order, Stride, Device, DType }) verb.Options.Add(option);
    }

    /// <summary>Loads the network, and warns where it does not compute in what was asked for.</summary>
    /// <exception cref="UsageException">A flag contradicts the checkpoint.</exception>
    public VideoMambaPredictor Load(ParseResult parsed, IReadOnlyList<string>? labels, ToolConsole console)
    {
        var options = new PredictorOptions
        {
            Root = parsed.GetValue(Root),
            Labels = labels,
            Frames = parsed.GetValue(Frames),
            Height = parsed.GetValue(Size)?.Height,
            Width = parsed.GetValue(Size)?.Width,
            ScanOrder = parsed.GetValue(Order),
            Stride = parsed.GetValue(Stride),
            Views = new ViewOptions { Segments = parsed.GetValue(Segments), Crops = parsed.GetValue(Crops) },
            Device = parsed.GetValue(Device),
            Precision = parsed.GetValue(DType) == "bfloat16" ? InferencePrecision.BFloat16 : InferencePrecision.Float32,
        };
        using var zip = parsed.GetValue(Model) is { } file ? new ModelZip(file) : null;
        try
        {
            var predictor = VideoMambaPredictor.Load(zip?.Checkpoint ?? parsed.GetValue(Checkpoint)!, options);
            if (predictor.Precision.Note is { } note) console.Warn(note);
            return predictor;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(OptionWords.Of(e), e);
        }
    }
}
