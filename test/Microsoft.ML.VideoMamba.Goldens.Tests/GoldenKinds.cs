namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>What each kind of case is checked by, or which later work it waits for.</summary>
internal static class GoldenKinds
{
    public static IReadOnlyDictionary<string, IGoldenCheck> Checks { get; } = typeof(GoldenKinds).Assembly.GetTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IGoldenCheck)))
        .Select(type => (IGoldenCheck)Activator.CreateInstance(type)!)
        .ToDictionary(check => check.Kind);

    public static IReadOnlyDictionary<string, string> Later { get; } = new Dictionary<string, string>
    {
        ["clip_vit"] = Masked,
        ["mask_generators"] = Masked,
        ["masked_pretrain"] = Masked,
        ["bert"] = VideoText,
        ["vtc_loss"] = VideoText,
        ["vtm_loss"] = VideoText,
        ["mlm_masking"] = VideoText,
        ["uta_loss"] = VideoText,
        ["video_text_model"] = VideoText,
        ["retrieval_metrics"] = VideoText,
        ["wordpiece"] = VideoText,
        ["frame_pick"] = VideoText,
    };

    private const string Masked = "masked modelling";
    private const string VideoText = "video-text pretraining and retrieval";
}
