using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Images;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>A data set of small clips in a folder: each clip is a folder of frames, each class a colour.</summary>
internal sealed class TinyClips : IDisposable
{
    public const int Side = 24, Frames = 4;

    public static IReadOnlyList<string> Classes { get; } = ["blue", "green", "red"];

    private readonly TemporaryFolder _folder = new();

    public TinyClips(int perClass = 4)
    {
        for (int label = 0; label < Classes.Count; label++)
        {
            for (int i = 0; i < perClass; i++) FrameImage.WriteAll(Path.Combine(Folder, Classes[label], $"clip {i}"), Make(label, i));
        }
    }

    public string Folder => _folder["clips"];

    public IReadOnlyList<LabeledVideo> Rows => VideoFolder.Read(Folder);

    public string this[string name] => _folder[name];

    /// <summary>A clip of one colour with noise, in memory.</summary>
    public static VideoClip Make(int label, int seed, int frames = Frames, int side = Side)
    {
        var random = new Random(label * 1000 + seed);
        byte[] Frame() => [.. Enumerable.Range(0, side * side * 3).Select(i => (byte)((i % 3 == 2 - label ? 160 : 20) + random.Next(60)))];
        return new VideoClip($"{Classes[label]}-{seed}", side, side, [.. Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)Frame())]);
    }

    public void Dispose() => _folder.Dispose();
}
