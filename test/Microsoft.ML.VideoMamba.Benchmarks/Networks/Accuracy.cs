using System.Globalization;
using Microsoft.ML.VideoMamba.Benchmarks.Kernels;
using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using Microsoft.ML.VideoMamba.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Networks;

/// <summary>
/// How far float32 and bfloat16 lie from float64: the kernels, then whole networks. Deviations are relative to the largest value of the float64 result, which
/// plain torch operations compute; beside ours stand those operations' own in float32.
/// </summary>
internal static class Accuracy
{
    private const int Length = 1569, Width = 192, Clips = 64;

    public static void Print()
    {
        using var noGrad = no_grad();
        random.manual_seed(1);
        Console.WriteLine($"{"deviation from float64 (largest | mean)",-40} {"ours, float32",-21} {"plain torch, float32",-21} {"ours, bfloat16",-21}");
        PrintKernels();
        PrintNetwork("Ti, 8 frames of 224 x 224: logits", VideoMambaConfig.Tiny, batch: 1);
        PrintAgreement();
    }

    private static void PrintKernels()
    {
        using var layer = new LayerTensors(1, Length, Width);
        var (direction, reverse) = (layer.Forward, layer.Reverse);
        Row("scan", (type, face) => SelectiveScan.Run(
            To(layer.U, type), To(layer.Delta, type), Wide(layer.A, type), To(layer.B, type), To(layer.C, type), Wide(direction.D, type), To(layer.Z, type),
            Wide(direction.DtBias, type), deltaSoftplus: true, face: face).Y);
        Row("convolution with SiLU", (type, face) => CausalConv1d.Run(To(layer.U, type), Wide(direction.ConvWeight, type), Wide(direction.ConvBias, type), face: face));
        Row("add and norm", (type, face) => RmsNorm.Run(To(layer.Hidden, type), Wide(layer.Scale, type), Wide(layer.Residual, type), face: face).Y);
        Row("a mixer's middle, both directions", (type, face) => SelectiveMix.Run(To(layer.XZ, type), Of(direction, type), Of(reverse, type), face));
    }

    /// <summary>A network's logits against those of the same weights in float64, which every kernel's specification computes.</summary>
    private static void PrintNetwork(string name, VideoMambaConfig config, int batch)
    {
        using var scope = NewDisposeScope();
        using var model = Random(config);
        var clips = randn([batch, config.Channels, config.Frames, config.Height, config.Width]);
        using var prepared = new PreparedModel(model);
        var single = prepared.Score(clips);
        using var wide = Copy(model, ScalarType.Float64);
        using var narrow = Copy(model, ScalarType.Float32).ToActivationType(ScalarType.BFloat16);
        var exact = wide.forward(clips.to_type(ScalarType.Float64));
        using var narrowPrepared = new PreparedModel(narrow);
        Print(name, exact, single, null, narrowPrepared.Score(clips));
    }

    /// <summary>How often bfloat16 names the same class as float32: random weights, whose scores lie close together, over clips of noise in many colours.</summary>
    private static void PrintAgreement()
    {
        using var scope = NewDisposeScope();
        var config = VideoMambaConfig.Tiny with { Frames = 4, Height = 64, Width = 64 };
        using var model = Random(config);
        using var narrow = Copy(model, ScalarType.Float32).ToActivationType(ScalarType.BFloat16);
        var colours = randn([Clips, config.Channels, 1, 1, 1]) * 2;
        var clips = colours + randn([Clips, config.Channels, config.Frames, config.Height, config.Width]);
        using PreparedModel prepared = new(model), narrowPrepared = new(narrow);
        Tensor single = prepared.Score(clips), rounded = narrowPrepared.Score(clips);
        long agreed = single.argmax(1).eq(rounded.argmax(1)).sum().item<long>();
        int classes = single.argmax(1).data<long>().Distinct().Count();
        double moved = (single.softmax(1) - rounded.softmax(1)).abs().max().item<float>();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"top-1 of bfloat16 equals float32's on {agreed} of {Clips} clips of noise ({classes} classes named, random weights); largest change of a probability {moved:f4}"));
    }

    private static void Row(string name, Func<ScalarType, KernelFace, Tensor> run)
    {
        using var scope = NewDisposeScope();
        Print(
            name, run(ScalarType.Float64, KernelFace.Reference), run(ScalarType.Float32, KernelFace.Cpu), run(ScalarType.Float32, KernelFace.Reference),
            run(ScalarType.BFloat16, KernelFace.Cpu));
    }

    private static void Print(string name, Tensor exact, Tensor ours, Tensor? torchs, Tensor narrow) =>
        Console.WriteLine($"{name,-40} {Deviation(exact, ours),-21} {(torchs is null ? "" : Deviation(exact, torchs)),-21} {Deviation(exact, narrow),-21}");

    private static string Deviation(Tensor exact, Tensor got)
    {
        var deviations = (got.to_type(ScalarType.Float64) - exact).abs() / exact.abs().max();
        return string.Create(CultureInfo.InvariantCulture, $"{deviations.max().item<double>():e1} | {deviations.mean().item<double>():e1}");
    }

    /// <summary>Weights so large that every part counts.</summary>
    private static VideoMambaModel Random(VideoMambaConfig config)
    {
        var model = new VideoMambaModel(config);
        foreach (var parameter in model.parameters()) parameter.add_(randn_like(parameter) * (parameter.dim() == 2 ? 0.5 / Math.Sqrt(parameter.shape[1]) : 0.1));
        model.eval();
        return model;
    }

    private static VideoMambaModel Copy(VideoMambaModel source, ScalarType type)
    {
        var copy = new VideoMambaModel(source.Config);
        copy.load_state_dict(source.state_dict());
        copy.eval();
        return type == ScalarType.Float64 ? (VideoMambaModel)copy.to(type) : copy;
    }

    private static Tensor To(Tensor tensor, ScalarType type) => tensor.to_type(type);

    /// <summary>Parameters that stay float32 beside bfloat16 activations.</summary>
    private static Tensor Wide(Tensor tensor, ScalarType type) => tensor.to_type(type == ScalarType.BFloat16 ? ScalarType.Float32 : type);

    private static MixDirection Of(MixDirection of, ScalarType type) => new(
        Wide(of.ConvWeight, type), Wide(of.ConvBias, type), To(of.XProj, type), To(of.DtProj, type), Wide(of.DtBias, type), Wide(of.ALog, type), Wide(of.D, type));
}
