using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class ScanOrderTests
{
    private static readonly VideoMambaConfig s_config = TestModels.Video;

    [TestMethod]
    public void TemporalFirstPutsPlacesTogetherAndComesBack()
    {
        using var permutation = new TemporalFirstPermutation(temporalPositions: 3, patches: 2);
        using var scope = NewDisposeScope();
        var tokens = TestModels.Pixels(s_config)[.., 0, 0, 0, ..7].unsqueeze(2);

        var permuted = permutation.Apply(tokens);

        TestModels.AssertClose(tokens.index_select(1, tensor(new long[] { 0, 1, 3, 5, 2, 4, 6 })), permuted, tolerance: 0);
        TestModels.AssertClose(tokens, permutation.Undo(permuted), tolerance: 0);
    }

    [TestMethod]
    public void TemporalFirstIsSpatialFirstOnPermutedTokens()
    {
        using var mixers = new Mixers();
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        var expected = mixers.Permutation.Undo(mixers[ScanOrder.SpatialFirst].forward(mixers.Permutation.Apply(mixers.Tokens)));

        TestModels.AssertClose(expected, mixers[ScanOrder.TemporalFirst].forward(mixers.Tokens));
        TestModels.AssertDiffer(mixers[ScanOrder.SpatialFirst].forward(mixers.Tokens), expected);
    }

    [TestMethod]
    public void BothOrdersSumIsSpatialPlusTemporal()
    {
        using var mixers = new Mixers();
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        var expected = mixers[ScanOrder.SpatialFirst].forward(mixers.Tokens) + mixers[ScanOrder.TemporalFirst].forward(mixers.Tokens);

        TestModels.AssertClose(expected, mixers[ScanOrder.SpatioTemporalV2].forward(mixers.Tokens));
    }

    [TestMethod]
    [DataRow(ScanOrder.SpatialFirst, 0)]
    [DataRow(ScanOrder.TemporalFirst, 1)]
    public void SplitChannelsWalkTheirOwnOrder(ScanOrder order, int half)
    {
        using var mixers = new Mixers();
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        // With the other half cut off from x_proj and out_proj, what is left must be the order of this half.
        foreach (var (_, mixer) in mixers.All)
        {
            foreach (string name in new[] { "x_proj.weight", "x_proj_b.weight", "out_proj.weight" })
            {
                mixer.Weight(name).narrow(1, (1 - half) * s_config.InnerDim / 2, s_config.InnerDim / 2).zero_();
            }
        }

        TestModels.AssertClose(mixers[order].forward(mixers.Tokens), mixers[ScanOrder.SpatioTemporalV1].forward(mixers.Tokens));
    }

    [TestMethod]
    public void SplitChannelsAreNeitherOrder()
    {
        using var mixers = new Mixers();
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var split = mixers[ScanOrder.SpatioTemporalV1].forward(mixers.Tokens);

        TestModels.AssertDiffer(mixers[ScanOrder.SpatialFirst].forward(mixers.Tokens), split);
        TestModels.AssertDiffer(mixers[ScanOrder.TemporalFirst].forward(mixers.Tokens), split);
    }

    [TestMethod]
    [DataRow(1, 24)]
    [DataRow(3, 8)]
    public void OrdersAreOneWhereTimeOrSpaceHasOnePlace(int frames, int width)
    {
        var config = s_config with { Frames = frames, Height = 8, Width = width };
        using var spatial = TestModels.Create(config);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(config);
        var expected = spatial.forward(clips);

        foreach (var order in Enum.GetValues<ScanOrder>().Where(order => order != ScanOrder.SpatioTemporalV2))
        {
            using var model = TestModels.CreateLike(spatial, config with { ScanOrder = order });
            TestModels.AssertClose(expected, model.forward(clips), message: order.ToString());
        }
    }

    [TestMethod]
    [DataRow(ScanOrder.HalfSpatialHalfTemporal, 4, "SSTT")]
    [DataRow(ScanOrder.HalfTemporalHalfSpatial, 4, "TTSS")]
    [DataRow(ScanOrder.HalfSpatialHalfTemporal, 5, "SSTTT")]
    [DataRow(ScanOrder.Alternating, 5, "STSTS")]
    [DataRow(ScanOrder.TemporalFirst, 3, "TTT")]
    [DataRow(ScanOrder.SpatialFirst, 3, "SSS")]
    public void LayersTakeTheirOrders(ScanOrder order, int depth, string expected)
    {
        var letters = Enumerable.Range(0, depth).Select(layer => order.OfLayer(layer, depth) == ScanOrder.SpatialFirst ? 'S' : 'T');

        Assert.AreEqual(expected, string.Concat(letters));
    }

    [TestMethod]
    public void EachLayerOfAModelWalksItsOwnOrder()
    {
        using var spatial = TestModels.Create(s_config);
        using var temporal = TestModels.CreateLike(spatial, s_config with { ScanOrder = ScanOrder.TemporalFirst });
        using var halves = TestModels.CreateLike(spatial, s_config with { ScanOrder = ScanOrder.HalfSpatialHalfTemporal });
        using var alternating = TestModels.CreateLike(spatial, s_config with { ScanOrder = ScanOrder.Alternating });
        using var reversed = TestModels.CreateLike(spatial, s_config with { ScanOrder = ScanOrder.HalfTemporalHalfSpatial });
        using var permutation = new TemporalFirstPermutation(s_config.TemporalPositions, s_config.PatchesPerFrame);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var tokens = spatial.EmbedTokens(TestModels.Pixels(s_config));

        var onPermuted = spatial.RunLayers(permutation.Apply(tokens), [0, 1]);
        TestModels.AssertClose(permutation.Undo(onPermuted[1].Hidden), temporal.RunLayers(tokens, [1])[0].Hidden);
        TestModels.AssertClose(spatial.RunLayers(tokens, [0])[0].Hidden, halves.RunLayers(tokens, [0])[0].Hidden);
        TestModels.AssertClose(temporal.RunLayers(tokens, [0])[0].Hidden, reversed.RunLayers(tokens, [0])[0].Hidden);
        TestModels.AssertDiffer(spatial.RunLayers(tokens, [1])[0].Hidden, halves.RunLayers(tokens, [1])[0].Hidden);
        TestModels.AssertClose(halves.RunLayers(tokens, [1])[0].Hidden, alternating.RunLayers(tokens, [1])[0].Hidden);
    }

    [TestMethod]
    public void OneLayerCannotAlternate()
    {
        using var permutation = new TemporalFirstPermutation(1, 1);

        Assert.Contains("Alternating", Assert.ThrowsExactly<ArgumentException>(() => new MambaMixer(s_config, ScanOrder.Alternating, permutation)).Message);
    }

    /// <summary>One mixer for each order, all with the same random weights, and tokens for them.</summary>
    private sealed class Mixers : IDisposable
    {
        public Mixers()
        {
            Permutation = new TemporalFirstPermutation(s_config.TemporalPositions, s_config.PatchesPerFrame);
            All = new[] { ScanOrder.SpatialFirst, ScanOrder.TemporalFirst, ScanOrder.SpatioTemporalV1, ScanOrder.SpatioTemporalV2 }
                .ToDictionary(order => order, order => new MambaMixer(s_config, order, Permutation));
            using var grad = no_grad();
            foreach (var (name, parameter) in All[ScanOrder.SpatialFirst].named_parameters())
            {
                using var noise = randn_like(parameter);
                parameter.add_(noise, alpha: 0.3);
                foreach (var mixer in All.Values.Skip(1)) mixer.Weight(name).copy_(parameter);
            }

            Tokens = randn(2, s_config.SequenceLength, s_config.EmbedDim);
        }

        public TemporalFirstPermutation Permutation { get; }

        public IReadOnlyDictionary<ScanOrder, MambaMixer> All { get; }

        public Tensor Tokens { get; }

        public MambaMixer this[ScanOrder order] => All[order];

        public void Dispose()
        {
            foreach (var mixer in All.Values) mixer.Dispose();
            Permutation.Dispose();
            Tokens.Dispose();
        }
    }
}
