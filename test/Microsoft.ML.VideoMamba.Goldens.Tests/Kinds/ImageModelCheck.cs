namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A whole image model: every layer's two streams, tokens, class token, logits; loss and gradients where labels are given.</summary>
internal sealed class ImageModelCheck : IGoldenCheck
{
    public string Kind => "image_model";

    public void Check(GoldenCase golden) => golden.CheckPass(golden.ModelConfig(video: false));
}
