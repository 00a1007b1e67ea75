using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>One loss and its gradients.</summary>
internal sealed class LossesCheck : IGoldenCheck
{
    public string Kind => "losses";

    public void Check(GoldenCase golden)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var inputs = golden.Names("input").ToDictionary(name => name, name => golden.Torch("input." + name));
        foreach (string name in golden.Names("grad")) inputs[name].requires_grad_();

        var loss = Loss(golden, inputs);
        loss.backward();

        golden.AssertClose("output.loss", loss);
        foreach (string name in golden.Names("grad")) golden.AssertClose("grad." + name, inputs[name].grad!);
        foreach (var untouched in inputs.Where(input => !golden.Has("grad." + input.Key))) Assert.IsNull(untouched.Value.grad, untouched.Key);
    }

    private static Tensor Loss(GoldenCase golden, Dictionary<string, Tensor> inputs) => golden.Text("loss") switch
    {
        "soft_target_cross_entropy" => CrossEntropy.OfTargets(inputs["logits"], inputs["target"]),
        "label_smoothing" => CrossEntropy.OfLabels(inputs["logits"], inputs["label"], golden.Double("smoothing")),
        "cross_entropy" => CrossEntropy.OfLabels(inputs["logits"], inputs["label"]),
        "bce" => BinaryCrossEntropy.OfTargets(inputs["logits"], inputs["target"]),
        "cosub" => BinaryCrossEntropy.OfSubmodels(inputs["a"], inputs["b"], inputs["target"]),
        "mse" => SquaredError.OfFirstColumn(inputs["output"], inputs["target"]),
        "distillation_soft" => Distilled(golden, inputs, Distillation.Soft(inputs["logits_distilled"], inputs["teacher_logits"], golden.Double("tau"))),
        "distillation_hard" => Distilled(golden, inputs, Distillation.Hard(inputs["logits_distilled"], inputs["teacher_logits"])),
        var other => throw new InvalidDataException($"Loss '{other}' is unknown."),
    };

    private static Tensor Distilled(GoldenCase golden, Dictionary<string, Tensor> inputs, Tensor distillation) =>
        Distillation.Blend(CrossEntropy.OfLabels(inputs["logits"], inputs["label"]), distillation, golden.Double("alpha"));
}
