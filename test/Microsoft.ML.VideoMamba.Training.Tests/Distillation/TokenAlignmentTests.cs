using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training.Losses;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Distillation;

[TestClass]
public sealed class TokenAlignmentTests
{
    public TokenAlignmentTests() => TorchRuntime.EnsureLoaded();

    [TestMethod]
    public void DependsOnDirectionsOnly()
    {
        using var scope = NewDisposeScope();
        var tokens = randn([2, 3, 5], ScalarType.Float32);

        Assert.AreEqual(0, TokenAlignment.Of(tokens, tokens * 7).item<float>(), 1e-6);
        Assert.AreEqual(4, TokenAlignment.Of(tokens, -tokens).item<float>(), 1e-6);
        var across = tensor(new float[] { 1, 0, 0, 2 }, [1, 1, 4]);
        Assert.AreEqual(2, TokenAlignment.Of(across, tensor(new float[] { 0, 3, 0, 0 }, [1, 1, 4])).item<float>(), 1e-6);
    }

    [TestMethod]
    public void NoGradientReachesTheTeacher()
    {
        using var scope = NewDisposeScope();
        Tensor student = randn([2, 3, 5], ScalarType.Float32).requires_grad_(), teacher = randn([2, 3, 5], ScalarType.Float32).requires_grad_();

        TokenAlignment.Of(student, teacher).backward();

        Assert.IsNull(teacher.grad);
        // Turning a token towards the teacher's, not stretching it, makes the loss smaller.
        Assert.AreEqual(0, (student.grad! * student).sum().item<float>(), 1e-5);
    }

    [TestMethod]
    public void RefusesOtherShapes()
    {
        using var scope = NewDisposeScope();

        Assert.ThrowsExactly<ArgumentException>(() => TokenAlignment.Of(zeros([2, 3, 5]), zeros([2, 1, 5])));
    }
}
