using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba.Training.Tests.Inference;

[TestClass]
public sealed class PrecisionChoiceTests
{
    [TestMethod]
    [DataRow(InferencePrecision.Float32, true)]
    [DataRow(InferencePrecision.Float32, false)]
    [DataRow(InferencePrecision.BFloat16, true)]
    public void TakesWhatIsAskedForWhereItPays(InferencePrecision asked, bool multiplies) =>
        Assert.AreEqual(new PrecisionChoice(asked, null), PrecisionChoice.For(asked, multiplies));

    [TestMethod]
    public void SaysWhyFloat32IsUsed()
    {
        var choice = PrecisionChoice.For(InferencePrecision.BFloat16, multiplies: false);

        Assert.AreEqual(InferencePrecision.Float32, choice.Precision);
        Assert.Contains("AVX512-BF16", choice.Note!);
        Assert.DoesNotContain("\n", choice.Note!);
    }

    [TestMethod]
    public void RefusesOthers() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PrecisionChoice.For((InferencePrecision)7, multiplies: true));
}
