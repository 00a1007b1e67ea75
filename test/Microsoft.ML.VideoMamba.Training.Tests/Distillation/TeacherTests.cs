using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Distillation;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Distillation;

[TestClass]
public sealed class TeacherTests
{
    private static readonly VideoMambaConfig s_small = new() { EmbedDim = 8, Depth = 2, Frames = 2, Height = 16, Width = 16, PatchSize = 8, Classes = 3 };

    private static readonly VideoMambaConfig s_student = s_small with { EmbedDim = 16, Depth = 3 };

    private static readonly DistillationOptions s_options = new() { Teacher = "teacher.safetensors" };

    [TestMethod]
    public void IsFrozenAndSaysTheSameInEveryPass()
    {
        using var teacher = new Teacher(new VideoMambaModel(s_small with { DropPath = 0.5, HeadDropout = 0.5 }));
        using var clips = rand([2, 3, 2, 16, 16], ScalarType.Float32);

        using Tensor tokens = teacher.Tokens(clips), logits = teacher.Logits(clips);

        Assert.IsFalse(tokens.requires_grad || logits.requires_grad);
        CollectionAssert.AreEqual(new long[] { 2, 9, 8 }, tokens.shape);
        CollectionAssert.AreEqual(new long[] { 2, 3 }, logits.shape);
        using var again = teacher.Logits(clips);
        Assert.IsTrue(again.equal(logits).all().item<bool>());
    }

    [TestMethod]
    public void ACheckpointIsFittedToTheStudentsClips()
    {
        using var folder = new TemporaryFolder();
        using (var model = new VideoMambaModel(s_small)) CheckpointWriter.Save(model, folder["teacher.safetensors"]);
        var student = s_student with { Frames = 4, Height = 32, Width = 24 };

        using var teacher = Teacher.Load(folder["teacher.safetensors"], student);

        Assert.AreEqual((4, 32, 24, 8), (teacher.Config.Frames, teacher.Config.Height, teacher.Config.Width, teacher.Config.EmbedDim));
        Teacher.CheckFits(teacher.Config, student, s_options);
    }

    [TestMethod]
    public void ImagesDoNotTeachClips()
    {
        using var folder = new TemporaryFolder();
        using (var model = new VideoMambaModel(s_small with { IsVideo = false, Frames = 1 })) CheckpointWriter.Save(model, folder["images.safetensors"]);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Teacher.Load(folder["images.safetensors"], s_student)).Message, "is for images, the student for clips");
    }

    [TestMethod]
    public void SaysWhatDoesNotFit()
    {
        using var teacher = new Teacher(new VideoMambaModel(s_small));

        Teacher.CheckFits(teacher.Config, s_student, s_options);
        Refuses(s_student with { Height = 24 }, s_options, "The teacher takes 2 frames of 16x16, the student 2 frames of 24x16");
        Refuses(s_student with { PatchSize = 16 }, s_options, "The teacher makes 9 tokens of a clip, the student 3");
        Teacher.CheckFits(teacher.Config, s_student with { PatchSize = 16 }, s_options with { Kind = DistillationKind.Soft });
        Refuses(s_student with { Classes = 4 }, s_options with { Kind = DistillationKind.Hard }, "The teacher knows 3 classes, the student 4");
        Teacher.CheckFits(teacher.Config, s_student with { Classes = 4 }, s_options);
        Refuses(s_student, s_options with { Weight = 0 }, "Weight must be above 0; it is 0");
        Refuses(s_student, s_options with { Kind = (DistillationKind)3 }, "Kind has no value 3");
        Refuses(s_student, s_options with { TeacherEpochs = 0 }, "TeacherEpochs must be at least 1; it is 0");
        Refuses(s_student, s_options with { Temperature = double.NaN }, "Temperature must be above 0; it is NaN");

        void Refuses(VideoMambaConfig student, DistillationOptions options, string message) =>
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => Teacher.CheckFits(teacher.Config, student, options)).Message, message);
    }

    [TestMethod]
    public void TheHeadsParametersAreCalledAsInTheOriginal()
    {
        using var head = new DistillationHead(16, 8);

        Assert.AreEqual("0.weight (16); 1.weight (8, 16); 1.bias (8)", string.Join("; ", head.named_parameters().Select(named => $"{named.name} ({string.Join(", ", named.parameter.shape)})")));
    }
}
