using System.Diagnostics;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
[DoNotParallelize]
public sealed class LeakTests
{
    private const long Slack = 64L << 20;

    private static readonly VideoMambaConfig s_config = TestModels.Video with { DropPath = 0.2, CheckpointedLayers = 1, ScanOrder = ScanOrder.Alternating };

    [TestMethod]
    [DataRow(50, DisplayName = "50 passes")]
    public void ForwardPassesLeaveNothing(int passes) => AssertFlat(passes, backward: false);

    [TestMethod]
    [DataRow(50, DisplayName = "50 passes")]
    public void BackwardPassesLeaveNothing(int passes) => AssertFlat(passes, backward: true);

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    [DataRow(false, DisplayName = "Forward")]
    [DataRow(true, DisplayName = "Forward and backward")]
    public void AThousandPassesLeaveNothing(bool backward) => AssertFlat(1000, backward);

    [TestMethod]
    public void PreparedPassesLeaveNothing()
    {
        using var model = TestModels.Create(TestModels.Video);
        using var clips = TestModels.Pixels(TestModels.Video, batch: 1);
        using var prepared = new PreparedModel(model);
        AssertFlat(50, () => prepared.Score(clips).Dispose());
    }

    private static void AssertFlat(int passes, bool backward)
    {
        using var model = TestModels.Create(s_config, training: backward);
        using var clips = TestModels.Pixels(s_config);
        AssertFlat(passes, () => Pass(model, clips, backward));
    }

    private static void AssertFlat(int passes, Action pass)
    {
        for (int warmUp = 0; warmUp < 5; warmUp++) pass();
        Settle();
        long tensors = Tensor.TotalCount, resident = Resident();

        for (int i = 0; i < passes; i++) pass();

        Settle();
        Assert.AreEqual(tensors, Tensor.TotalCount, "Live tensors");
        Assert.IsLessThan(resident + Slack, Resident(), "Resident bytes");
    }

    private static void Pass(VideoMambaModel model, Tensor clips, bool backward)
    {
        using var scope = NewDisposeScope();
        if (backward)
        {
            model.forward(clips).square().sum().backward();
            model.zero_grad();
            return;
        }

        using var grad = no_grad();
        model.Run(clips, Pooling.Frames);
    }

    // Finalizers run, so that handles which only the collector frees are not counted as leaks of the passes measured.
    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
