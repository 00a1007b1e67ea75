using System.Text.Json;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training.Mixing;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Batches mixed with given shares and box centres, their soft targets, and the table of boxes.</summary>
internal sealed class MixupCheck : IGoldenCheck
{
    public string Kind => "mixup";

    public void Check(GoldenCase golden)
    {
        if (golden.Text("mode") == "table") CheckBoxes(golden);
        else CheckBatch(golden);
    }

    private static void CheckBoxes(GoldenCase golden)
    {
        var lambdas = new List<double>();
        foreach (var row in golden.Json("boxes.json").EnumerateArray())
        {
            int height = row.GetProperty("height").GetInt32(), width = row.GetProperty("width").GetInt32();
            var box = CutBox.Of(Math.Sqrt(1 - row.GetProperty("lam").GetDouble()), height, width, row.GetProperty("cy").GetInt32(), row.GetProperty("cx").GetInt32());
            int[] expected = [.. row.GetProperty("box").EnumerateArray().Select(edge => edge.GetInt32())];
            CollectionAssert.AreEqual(expected, Edges(box), row.ToString());
            Assert.AreEqual(row.GetProperty("corrected_lam").GetDouble(), box.Lambda(height, width), 1e-12, row.ToString());
            lambdas.Add(box.Lambda(height, width));
        }

        golden.AssertClose("output.corrected_lam", lambdas);
    }

    private static void CheckBatch(GoldenCase golden)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var mode = Enum.Parse<MixMode>(golden.Text("mode"), ignoreCase: true);
        var mixer = new BatchMixer(new MixOptions { Mode = mode, CorrectLambda = golden.Bool("correct_lam") });
        var clips = golden.Torch("input.x");
        var size = ((int)clips.shape[^2], (int)clips.shape[^1]);
        var centers = new Queue<JsonElement>(golden.Params.GetProperty("centres").EnumerateArray());
        double[] shares = [.. Many(golden.Params.GetProperty("lam")).Select(share => share.GetDouble())];
        bool[] cuts = [.. Many(golden.Params.GetProperty("cutmix")).Select(flag => flag.GetBoolean())];
        Mix[] drawn = [.. shares.Zip(cuts, (share, cut) => mixer.Of(mode == MixMode.Batch ? share : (float)share, cut, size, () => Center(centers.Dequeue())))];
        var mixes = mode == MixMode.Pair ? BatchMixer.Mirror(drawn, (int)clips.shape[0]) : drawn;

        var targets = BatchMixer.Apply(mixes, clips, golden.Torch("input.label"), golden.Int("classes"), golden.Double("smoothing"));

        golden.AssertClose("output.x", clips);
        golden.AssertClose("output.target", targets);
        Assert.IsEmpty(centers, "Centres that no box took");
        if (!golden.Has("output.boxes")) return;
        CutBox[] boxes = [.. drawn.Where(mix => mix.Box is not null).Select(mix => mix.Box!.Value)];
        golden.AssertClose("output.boxes", boxes.SelectMany(Edges).Select(edge => (double)edge).ToArray());
        golden.AssertClose("output.box_lam", drawn.Where(mix => mix.Box is not null).Select(mix => mix.Lambda).ToArray());
    }

    private static IEnumerable<JsonElement> Many(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    private static (int Y, int X) Center(JsonElement center) => (center[0].GetInt32(), center[1].GetInt32());

    private static int[] Edges(CutBox box) => [box.Top, box.Bottom, box.Left, box.Right];
}
