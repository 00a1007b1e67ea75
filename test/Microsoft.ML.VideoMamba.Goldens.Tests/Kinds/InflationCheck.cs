using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A checkpoint loaded into a model of other sizes: the tensors that came from it, and those that had to stay as they were.</summary>
internal sealed class InflationCheck : IGoldenCheck
{
    public string Kind => "inflation";

    public void Check(GoldenCase golden)
    {
        TorchRuntime.EnsureLoaded();
        Compare(golden);
    }

    private static void Compare(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        CheckpointWriter.Save(folder["checkpoint.safetensors"], golden.Names("weight").ToDictionary(name => name, name => Tensor(golden.Tensors["weight." + name])));
        using var model = new VideoMambaModel(Config(golden));
        string[] kept = [.. golden.Params.GetProperty("kept").EnumerateArray().Select(name => name.GetString()!)];
        var before = kept.ToDictionary(name => name, name => Values(model.state_dict()[name]));

        using var checkpoint = Checkpoint.Open(folder["checkpoint.safetensors"]);
        var report = CheckpointLoader.Load(model, checkpoint, Options(golden, checkpoint));

        CollectionAssert.AreEquivalent(kept, report.Kept.Keys.ToArray());
        var after = model.state_dict();
        foreach (string name in kept) CollectionAssert.AreEqual(before[name], Values(after[name]), $"{name} must stay as it was");
        foreach (string name in golden.Names("output")) golden.AssertClose("output." + name, Values(after[name]), after[name].shape);
        Assert.HasCount(after.Count, kept.Concat(golden.Names("output")).Distinct());
    }

    private static VideoMambaConfig Config(GoldenCase golden) => new()
    {
        EmbedDim = golden.Int("dim"),
        Depth = golden.Int("depth"),
        StateSize = golden.Int("d_state"),
        Frames = golden.Int("frames"),
        Tubelet = golden.Int("tubelet"),
        Height = golden.Int("image_size"),
        Width = golden.Int("image_size"),
        PatchSize = golden.Int("patch_size"),
        Classes = golden.Int("classes"),
    };

    /// <summary>The original drops an image model's head always, a video model's when told to, and otherwise takes as many of its rows as it needs.</summary>
    private static LoadOptions Options(GoldenCase golden, Checkpoint checkpoint)
    {
        if (golden.Text("from") == "image") return new() { Head = HeadLoading.Drop, Inflation = golden.Bool("center") ? PatchInflation.Center : PatchInflation.Average };
        if (golden.Bool("delete_head")) return new() { Head = HeadLoading.Drop };
        return new() { Head = checkpoint["head.weight"].Shape[0] == golden.Int("classes") ? HeadLoading.Match : HeadLoading.FirstRows };
    }

    private static Tensor Tensor(GoldenTensor golden) => tensor(golden.ToFloats(), golden.Shape);

    private static float[] Values(Tensor values) => values.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
