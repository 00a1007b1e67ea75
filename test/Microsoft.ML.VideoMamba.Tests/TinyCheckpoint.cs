using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>A checkpoint of random weights that make every part of the network matter.</summary>
internal sealed class TinyCheckpoint : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TinyCheckpoint(Func<VideoMambaConfig, VideoMambaConfig>? change = null, string[]? labels = null)
    {
        TorchRuntime.EnsureLoaded();
        Config = new VideoMambaConfig { EmbedDim = 16, Depth = 3, Frames = TinyClips.Frames, Height = 16, Width = 16, PatchSize = 8, Classes = 3 };
        Config = change?.Invoke(Config) ?? Config;
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        Model = new VideoMambaModel(Config);
        foreach (var parameter in Model.parameters())
        {
            parameter.add_(randn_like(parameter) * 0.3);
            parameter.DetachFromDisposeScope();
        }

        foreach (var buffer in Model.buffers()) buffer.DetachFromDisposeScope();
        Model.eval();
        CheckpointWriter.Save(Model, Path, labels);
    }

    public VideoMambaConfig Config { get; }

    public VideoMambaModel Model { get; }

    public string Path => _folder["wéights.safetensors"];

    /// <summary>The input that the network sees of a clip whose size is the network's.</summary>
    public static Tensor Input(float[] pixels) => tensor(pixels, [1, 3, TinyClips.Frames, 16, 16]);

    public void Dispose()
    {
        Model.Dispose();
        _folder.Dispose();
    }
}
