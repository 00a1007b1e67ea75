using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A student's and its teacher's tokens and logits, both parts of the loss, and the student's gradients.</summary>
internal sealed class SelfDistillationCheck : IGoldenCheck
{
    private const string Student = "student.", Teaching = "teacher.", Head = "student.distill_head.";

    public string Kind => "self_distillation";

    public void Check(GoldenCase golden)
    {
        var x = golden.Torch("input.x");
        using var scope = NewDisposeScope();
        using var student = new VideoMambaModel(Config(golden, "student"));
        using var head = new DistillationHead(golden.Int("student_dim"), golden.Int("teacher_dim"));
        using var model = new VideoMambaModel(Config(golden, "teacher"));
        GoldenTensors.Load(student, Weights(golden, Student, name => !name.StartsWith(Head, StringComparison.Ordinal)));
        GoldenTensors.Load(head, Weights(golden, Head, _ => true));
        GoldenTensors.Load(model, Weights(golden, Teaching, _ => true));
        using var teacher = new Teacher(model);
        Teacher.CheckFits(teacher.Config, student.Config, new DistillationOptions { Teacher = "the golden" });
        student.train();

        var tokens = student.Embed(x, Pooling.Tokens);
        var logits = student.Classify(tokens.select(1, 0));
        var followed = head.forward(tokens);
        var (wanted, scores) = (teacher.Tokens(x), teacher.Logits(x));
        Tensor ofClasses = LossOfClasses(golden, logits), ofTokens = TokenAlignment.Of(followed, wanted), loss = ofClasses + ofTokens;
        loss.backward();

        golden.AssertClose("output.logits", logits);
        golden.AssertClose("output.logits_teacher", scores);
        golden.AssertClose("output.tokens_student", TokenAlignment.Directions(followed));
        golden.AssertClose("output.tokens_teacher", TokenAlignment.Directions(wanted));
        golden.AssertClose("output.loss_cls", ofClasses);
        golden.AssertClose("output.loss_distill", ofTokens);
        golden.AssertClose("output.loss", loss);
        AssertGradients(golden, student, Student);
        AssertGradients(golden, head, Head);
        Assert.IsTrue(model.parameters().All(parameter => parameter.grad is null), "A gradient reached the teacher.");
    }

    private static VideoMambaConfig Config(GoldenCase golden, string role) => new()
    {
        IsVideo = false,
        Frames = 1,
        EmbedDim = golden.Int(role + "_dim"),
        Depth = golden.Int(role + "_depth"),
        Height = golden.Int("img_size"),
        Width = golden.Int("img_size"),
        PatchSize = golden.Int("patch_size"),
        Classes = golden.Int("classes"),
        DropPath = golden.Double("drop_path_rate"),
    };

    private static Tensor LossOfClasses(GoldenCase golden, Tensor logits) => golden.Text("criterion") switch
    {
        "soft-target" => CrossEntropy.OfTargets(logits, golden.Torch("input.target")),
        "label-smoothing" => CrossEntropy.OfLabels(logits, golden.Torch("input.target"), golden.Double("smoothing")),
        var other => throw new InvalidDataException($"Criterion '{other}' is unknown."),
    };

    private static Dictionary<string, Tensor> Weights(GoldenCase golden, string prefix, Func<string, bool> takes) =>
        golden.Names("weight").Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && takes(name)).ToDictionary(name => name[prefix.Length..], name => golden.Torch("weight." + name));

    private static void AssertGradients(GoldenCase golden, nn.Module module, string prefix)
    {
        foreach (var (name, parameter) in module.named_parameters().Where(named => golden.Has($"grad.{prefix}{named.name}")))
        {
            Assert.IsNotNull(parameter.grad, $"Gradient of {prefix}{name}");
            golden.AssertClose($"grad.{prefix}{name}", parameter.grad);
        }
    }
}
