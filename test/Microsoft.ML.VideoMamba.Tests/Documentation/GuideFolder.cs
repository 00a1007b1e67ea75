using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Tests.Documentation;

/// <summary>The working folder of a guide's snippets: <c>clips</c>, with a sub-folder for each class, and <c>clip.mp4</c>.</summary>
internal sealed class GuideFolder : IDisposable
{
    private readonly TinyClips _clips;
    private readonly WorkingFolder _working;

    public GuideFolder(int perClass = 4)
    {
        _clips = new TinyClips(perClass);
        FullName = Path.GetDirectoryName(_clips.Folder)!;
        _working = new WorkingFolder(FullName);
        File.Copy(Path.Combine(RepositoryPaths.Media, "plant-short.mp4"), "clip.mp4");
    }

    public string FullName { get; }

    public IReadOnlyList<LabeledVideo> Rows => _clips.Rows;

    public void Dispose()
    {
        _working.Dispose();
        _clips.Dispose();
    }
}
