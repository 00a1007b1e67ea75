using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Video frames as the original validates and tests: resized frames and normalised views.</summary>
internal sealed class PreprocessingCheck : IGoldenCheck
{
    public string Kind => "preprocessing";

    public void Check(GoldenCase golden)
    {
        var clip = PreprocessingInput.Clip(golden, "input.frames");
        Assert.AreEqual((golden.Int("frames"), golden.Int("height"), golden.Int("width")), (clip.Frames, clip.Height, clip.Width));
        bool test = golden.Text("mode") == "test";
        var transform = test
            ? ClipTransform.Test(golden.Int("short_side"), golden.Int("crops"), PreprocessingInput.Normalization(golden))
            : ClipTransform.Validation(golden.Int("short_side"), golden.Int("crop"), PreprocessingInput.Normalization(golden));
        float[] views = transform.Apply(clip);
        long[] shape = [3, clip.Frames, golden.Int("crop"), golden.Int("crop")];
        int length = views.Length / transform.Views;
        for (int v = 0; v < transform.Views; v++) golden.AssertClose(test ? $"output.crop.{v}" : "output.y", views[(v * length)..((v + 1) * length)], shape);
        if (!golden.Has("output.resized")) return;
        var (height, width) = transform.ResizedSize(clip.Height, clip.Width);
        golden.AssertClose("output.resized", Array.ConvertAll(PreprocessingInput.Resized(clip, transform), level => (double)level), [clip.Frames, height, width, 3]);
    }
}
