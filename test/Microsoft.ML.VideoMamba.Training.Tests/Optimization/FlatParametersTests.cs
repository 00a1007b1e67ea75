using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests.Optimization;

[TestClass]
[DoNotParallelize]
public sealed class FlatParametersTests
{
    private static readonly VideoMambaConfig s_config = new()
    {
        EmbedDim = 32,
        Depth = 4,
        Frames = 4,
        Height = 32,
        Width = 32,
        PatchSize = 8,
        Tubelet = 2,
        Classes = 5,
        DropPath = 0.2,
    };

    [TestMethod]
    public void BackwardGivesTorchsGradients() => Compare(CPU, ScalarType.Float32, checkpointed: 0);

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    [DataRow(ScalarType.Float32, 0, ScanOrder.SpatialFirst)]
    [DataRow(ScalarType.BFloat16, 0, ScanOrder.SpatialFirst)]
    [DataRow(ScalarType.BFloat16, 3, ScanOrder.SpatialFirst)]
    [DataRow(ScalarType.BFloat16, 2, ScanOrder.TemporalFirst)]
    public void OnACardToo(ScalarType type, int checkpointed, ScanOrder order)
    {
        Gpu.Require();
        Compare(CUDA, type, checkpointed, order);
    }

    private static void Compare(Device device, ScalarType type, int checkpointed, ScanOrder order = ScanOrder.SpatialFirst)
    {
        manual_seed(5);
        using var scope = NewDisposeScope();
        using var model = new VideoMambaModel(s_config with { CheckpointedLayers = checkpointed, ScanOrder = order });
        model.to(device);
        model.train();
        using var flat = new FlatParameters([[.. model.named_parameters().Select(named => (named.name, named.parameter))]]);
        model.ToActivationType(type);
        flat.RunOn(model.named_parameters().ToDictionary(named => named.name, named => named.parameter));
        var clips = randn([3, 3, 4, 32, 32], device: device);

        var expected = Gradients(loss => loss.backward());
        Assert.AreNotEqual(0, expected.count_nonzero().item<long>());
        var got = Gradients(flat.Backward);
        Assert.IsTrue(got.equal(Gradients(flat.Backward)).all().item<bool>(), "The same bit for bit at each pass");

        // Torch's gradients of rounded copies are rounded too.
        if (type == ScalarType.Float32) Assert.IsTrue(expected.equal(got).all().item<bool>());
        else Assert.IsTrue((expected - got).norm().item<float>() <= 4e-3f * expected.norm().item<float>());

        // An accumulation adds up.
        var twice = Gradients(loss =>
        {
            flat.Backward(loss);
            flat.GatherGradients();
            flat.Backward(Loss());
        });
        Assert.IsTrue(((got * 2) - twice).norm().item<float>() <= 1e-5f * got.norm().item<float>());

        // The same draws at each pass.
        Tensor Loss()
        {
            TorchSeed.Set(7, device);
            return model.forward(clips).square().sum();
        }

        Tensor Gradients(Action<Tensor> backward)
        {
            flat.ZeroGradients();
            backward(Loss());
            flat.GatherGradients();
            return flat.Gradients.clone();
        }
    }
}
