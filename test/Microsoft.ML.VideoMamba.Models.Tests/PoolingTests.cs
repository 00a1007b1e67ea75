namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class PoolingTests
{
    [TestMethod]
    [DataRow("cls", PoolingKind.Cls, null)]
    [DataRow("mean", PoolingKind.Mean, null)]
    [DataRow("frames", PoolingKind.Frames, null)]
    [DataRow("tokens", PoolingKind.Tokens, null)]
    [DataRow("layer:0", PoolingKind.Layer, 0)]
    [DataRow("layer:23", PoolingKind.Layer, 23)]
    public void ParsesWhatItWrites(string text, PoolingKind kind, int? layer)
    {
        var pooling = Pooling.Parse(text);

        Assert.AreEqual(kind, pooling.Kind);
        Assert.AreEqual(layer, pooling.LayerIndex);
        Assert.AreEqual(text, pooling.ToString());
        Assert.AreEqual(pooling, Pooling.Parse(text.ToUpperInvariant()));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("max")]
    [DataRow("layer")]
    [DataRow("layer:")]
    [DataRow("layer:-1")]
    [DataRow("layer:+1")]
    [DataRow("layer: 1")]
    [DataRow("layer:1.0")]
    [DataRow("layer:99999999999")]
    [DataRow("cls ")]
    public void RefusesOtherText(string text)
    {
        var exception = Assert.ThrowsExactly<FormatException>(() => Pooling.Parse(text));

        Assert.Contains($"'{text}'", exception.Message);
    }

    [TestMethod]
    public void RefusesNegativeLayer() => Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Pooling.Layer(-1));
}
