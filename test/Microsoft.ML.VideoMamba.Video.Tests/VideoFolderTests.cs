using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Video.Tests;

[TestClass]
public sealed class VideoFolderTests
{
    [TestMethod]
    public void EachSubFolderIsAClass()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in new[] { "b/2.mp4", "b/10.MOV", "a/photo.jpg", "a/frames/1.png", "a/frames/2.png", "a/more/clip.webm", "a/notes.txt", "beside.mp4", "empty/readme.md" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            File.WriteAllText(folder[file], "");
        }

        var rows = VideoFolder.Read(folder.FullName);
        string[] expected = ["a:a/frames", "a:a/more/clip.webm", "a:a/photo.jpg", "b:b/10.MOV", "b:b/2.mp4"];
        CollectionAssert.AreEqual(expected, rows.Select(row => $"{row.Label}:{Path.GetRelativePath(folder.FullName, row.Path).Replace('\\', '/')}").ToArray());
        Assert.HasCount(7, VideoFolder.Files(folder.FullName));
        Assert.IsTrue(VideoFolder.IsFrameFolder(folder["a/frames"]));
        Assert.IsFalse(VideoFolder.IsFrameFolder(folder["b"]));
    }

    [TestMethod]
    public void NothingFoundIsAnError()
    {
        using var folder = new TemporaryFolder();
        Assert.ThrowsExactly<InvalidDataException>(() => VideoFolder.Read(folder.FullName));
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => VideoFolder.Read(folder["not there"]));
        Assert.IsEmpty(VideoFolder.Files(folder.FullName));
    }
}
