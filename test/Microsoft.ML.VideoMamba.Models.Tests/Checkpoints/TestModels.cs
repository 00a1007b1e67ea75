using Microsoft.ML.VideoMamba.Models.Checkpoints;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>Small networks with different values everywhere, and checkpoints of them in memory.</summary>
internal static class TestModels
{
    public static VideoMambaConfig Video { get; } = new()
    {
        EmbedDim = 8,
        Depth = 2,
        StateSize = 4,
        Frames = 4,
        Height = 8,
        Width = 8,
        PatchSize = 4,
        Classes = 5,
    };

    public static VideoMambaConfig Image { get; } = Video with { IsVideo = false, Frames = 1 };

    /// <summary>A model whose every parameter is random.</summary>
    public static VideoMambaModel Random(VideoMambaConfig config)
    {
        var model = new VideoMambaModel(config);
        using var noGrad = no_grad();
        foreach (var parameter in model.parameters()) parameter.normal_(0, 0.1);
        return model;
    }

    public static Checkpoint Open(byte[] file, string? root = null) => Checkpoint.Open(new MemoryStream(file), "test.pth", root);

    public static Checkpoint OpenPyTorch(VideoMambaModel model, string? root = null, Func<string, string>? rename = null) =>
        Open(PyTorchFile.Write(model.state_dict().Select(item => KeyValuePair.Create(rename is null ? item.Key : rename(item.Key), item.Value)), root));

    public static Checkpoint OpenSafetensors(VideoMambaModel model, IReadOnlyList<string>? labels = null)
    {
        var file = new MemoryStream();
        CheckpointWriter.Save(model, file, labels);
        return Checkpoint.Open(file, "test.safetensors");
    }

    public static void AssertSameWeights(VideoMambaModel expected, VideoMambaModel got)
    {
        var values = got.state_dict();
        foreach (var (name, value) in expected.state_dict()) AssertSame(value, values[name], name);
    }

    public static void AssertSame(Tensor expected, Tensor got, string name)
    {
        CollectionAssert.AreEqual(expected.shape, got.shape, $"Shape of {name}");
        Assert.AreEqual(expected.dtype, got.dtype, $"Type of {name}");
        Assert.IsTrue(expected.Equals(got), $"Values of {name}");
    }
}
