using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>Checkpoints of small random weights, for videos and for images, in a folder of their own.</summary>
internal sealed class TestWeights : IDisposable
{
    public const int Classes = 7, Width = 16, Frames = 4;

    private readonly TemporaryFolder _folder = new();

    public TestWeights()
    {
        TorchRuntime.EnsureLoaded();
        torch.random.manual_seed(1);
        var config = new VideoMambaConfig { EmbedDim = Width, Depth = 2, Frames = Frames, Height = 48, Width = 48, Classes = Classes };
        Save(config, Video, labels: null);
        Save(config with { IsVideo = false, Frames = 1 }, Image, ["a", "b", "c", "d", "e", "f", "g"]);
    }

    public string Folder => _folder.FullName;

    public string Video => _folder["video wéights.safetensors"];

    public string Image => _folder["image.safetensors"];

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    private static void Save(VideoMambaConfig config, string path, string[]? labels)
    {
        using var model = new VideoMambaModel(config);
        CheckpointWriter.Save(model, path, labels);
    }
}
