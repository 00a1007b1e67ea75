using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Images as the original evaluates: the resized image and the normalised one.</summary>
internal sealed class ImagePreprocessingCheck : IGoldenCheck
{
    public string Kind => "image_preprocessing";

    public void Check(GoldenCase golden)
    {
        var image = PreprocessingInput.Clip(golden, "input.image");
        Assert.AreEqual((golden.Int("height"), golden.Int("width")), (image.Height, image.Width));
        var transform = ClipTransform.Image(golden.Int("size"), golden.Double("ratio"), PreprocessingInput.Normalization(golden));
        var (height, width) = transform.ViewSize(image.Height, image.Width);
        golden.AssertClose("output.y", transform.Apply(image), [3, height, width]);
        if (golden.Has("output.resized"))
        {
            var resized = transform.ResizedSize(image.Height, image.Width);
            golden.AssertClose("output.resized", Array.ConvertAll(PreprocessingInput.Resized(image, transform), level => (double)level), [resized.Height, resized.Width, 3]);
        }
    }
}
