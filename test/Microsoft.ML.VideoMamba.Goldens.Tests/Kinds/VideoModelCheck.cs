namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A whole video model: every layer's two streams, tokens, class token, logits; loss and gradients where labels are given.</summary>
internal sealed class VideoModelCheck : IGoldenCheck
{
    public string Kind => "video_model";

    public void Check(GoldenCase golden) => golden.CheckPass(golden.ModelConfig(video: true));
}
