using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Training.Tests.Data;

[TestClass]
public sealed class DataListTests
{
    [TestMethod]
    // The original's lists, with either separator.
    [DataRow("a.mp4,3\nb/c.mp4,0\n", "a.mp4|3 b/c.mp4|0")]
    [DataRow("a.mp4 3\nb/c.mp4 0", "a.mp4|3 b/c.mp4|0")]
    [DataRow("a.mp4\t3\r\nb/c.mp4\t0\r\n", "a.mp4|3 b/c.mp4|0")]
    // Names that are numbers, spaces, other alphabets, Windows paths, quotation marks.
    [DataRow("0012345,7", "0012345|7")]
    [DataRow("my clip.mp4 12", "my_clip.mp4|12")]
    [DataRow("видео/été 1.mp4,5", "видео/été_1.mp4|5")]
    [DataRow("""C:\clips\a b.mp4,jump""", @"C:\clips\a_b.mp4|jump")]
    [DataRow("\"a,b.mp4\",\"say \"\"hi\"\"\"", "a,b.mp4|say_\"hi\"")]
    // A header puts the columns in any order; further ones are not read.
    [DataRow("label,path\nrun,a.mp4\n", "a.mp4|run")]
    [DataRow("id;Path;Label\n1;a.mp4;run\n", "a.mp4|run")]
    [DataRow("\n\n path , label \n a.mp4 , run \n\n", "a.mp4|run")]
    public void ReadsPathsAndLabels(string text, string expected)
    {
        var list = Read(text);

        Assert.AreEqual(expected, string.Join(' ', list.Rows.Select(row => $"{row.Path}|{row.Label}".Replace(' ', '_'))));
    }

    [TestMethod]
    public void ReadsFrameCountsAndDurations()
    {
        Assert.AreEqual(new DataRow(1, "video 1", "3") { Frames = 57 }, Read("video 1 57 3", new() { Format = ListFormat.PathFramesLabel }).Rows[0]);
        Assert.AreEqual(new DataRow(1, "a.mp4", "3") { Frames = 57 }, Read("a.mp4,57,3", new() { Format = ListFormat.PathFramesLabel }).Rows[0]);
        Assert.AreEqual(new DataRow(1, "a.mp4", "0.25") { Duration = 61.5 }, Read("a.mp4,0.25,61.5").Rows[0]);
        Assert.AreEqual(new DataRow(1, "a b.mp4", "0.25") { Duration = 61.5 }, Read("a b.mp4 0.25 61.5", new() { Format = ListFormat.PathLabelDuration }).Rows[0]);
        Assert.AreEqual(new DataRow(2, "a.mp4", "x") { Duration = 9, Frames = 3 }, Read("duration,total_frames,label,path\n9,3,x,a.mp4").Rows[0]);
    }

    [TestMethod]
    [DataRow("", "list.csv: no video is listed")]
    [DataRow("\n \n", "list.csv: no video is listed")]
    [DataRow("path,label\n", "list.csv: no video is listed")]
    [DataRow("a.mp4,1\nb.mp4\nc.mp4,2", "list.csv, line 2: has 1 column, 2 are needed")]
    [DataRow("a.mp4,1\n\n,1\nb.mp4,", "list.csv, line 3: has no path (line 4 is wrong too)")]
    [DataRow("path,label,x\na.mp4", "list.csv, line 2: has 1 column, 2 are needed")]
    [DataRow("a,1\nb\nc\nd\n", "list.csv, line 2: has 1 column, 2 are needed (2 more lines are wrong, the next is line 3)")]
    [DataRow("a,1\n\"b,2", "list.csv, line 2: a quotation mark is not closed")]
    [DataRow("a,1,soon", "list.csv, line 1: the duration must be a number of seconds above 0; it is 'soon'")]
    [DataRow("a,1,-4", "list.csv, line 1: the duration must be a number of seconds above 0; it is '-4'")]
    public void SaysWhichLineIsWrong(string text, string message)
    {
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => Read(text)).Message, message);
    }

    [TestMethod]
    [DataRow("a 0 3")]
    [DataRow("a many 3")]
    [DataRow("a -1 3")]
    [DataRow("a 1.5 3")]
    public void RefusesABadNumberOfFrames(string text)
    {
        var error = Assert.ThrowsExactly<DataListException>(() => Read(text, new() { Format = ListFormat.PathFramesLabel }));

        StringAssert.Contains(error.Message, "line 1: total_frames must be a whole number above 0");
        Assert.HasCount(1, error.Lines);
    }

    [TestMethod]
    public void RelativePathsAreInTheListsFolderOrThePrefix()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["clips"]);
        File.WriteAllText(folder["clips/a.mp4"], "");
        File.WriteAllText(folder["list.csv"], $"clips/a.mp4,0\n{folder["b.mp4"]},1\n");

        CollectionAssert.AreEqual(new[] { folder["clips/a.mp4"], folder["b.mp4"] }, Paths(new()));
        CollectionAssert.AreEqual(new[] { Path.Combine("/data", "clips/a.mp4"), folder["b.mp4"] }, Paths(new() { Prefix = "/data" }));

        string[] Paths(DataListOptions options) => [.. DataList.Read(folder["list.csv"], options).Rows.Select(row => row.Path)];
    }

    [TestMethod]
    public void RelativePathsMayBeInTheWorkingFolder()
    {
        using var folder = new TemporaryFolder();
        // The tests' own assembly is there, in the working folder or named from it.
        string there = Path.GetRelativePath(Environment.CurrentDirectory, typeof(DataListTests).Assembly.Location);
        File.WriteAllText(folder["list.csv"], $"{there},0\n");

        Assert.AreEqual(there, DataList.Read(folder["list.csv"]).Rows[0].Path);
    }

    [TestMethod]
    public void ReadsAFolderOfClasses()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "run/a.mp4", "run/été.avi", "jump/c.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllText(folder[name], "");
        }

        var list = DataList.Read(folder.FullName);

        Assert.AreEqual("jump run run", string.Join(' ', list.Rows.Select(row => row.Label)));
        Assert.IsFalse(list.IsNumbered);
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => DataList.Read(folder["run"])).Message, "no sub-folder");
        StringAssert.Contains(Assert.ThrowsExactly<DataListException>(() => DataList.Read(folder["walk"])).Message, "no such file or folder");
    }

    [TestMethod]
    public void WritesWhatItReads()
    {
        var rows = new[] { new DataRow(2, "/a,b \"c\".mp4", "x"), new DataRow(3, "/d.mp4", " y ") };
        using var text = new StringWriter();

        new DataList("made", rows).Write(text);

        CollectionAssert.AreEqual(new[] { "/a,b \"c\".mp4|x", "/d.mp4|y" }, Read(text.ToString()).Rows.Select(row => $"{row.Path}|{row.Label.Trim()}").ToArray());
    }

    [TestMethod]
    public void FindsThePartsOfADataSet()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.csv"], "a.mp4,0\nb.mp4,1\n");
        File.WriteAllText(folder["val.csv"], "c.mp4,0\n");

        Assert.AreEqual("train 2, val 1", Parts(folder.FullName));
        Assert.AreEqual("train 1", Parts(folder["val.csv"]));
    }

    [TestMethod]
    public void FindsImageListsAndFoldersOfParts()
    {
        using var lists = new TemporaryFolder();
        using var folders = new TemporaryFolder();
        foreach (string name in new[] { "train/n01", "val/n01", "meta" }) Directory.CreateDirectory(lists[name]);
        File.WriteAllText(lists["meta/train.txt"], "n01/a.jpg 0\n");
        File.WriteAllText(lists["meta/val.txt"], "n01/b.jpg 0\n");
        foreach (string name in new[] { "train/n01", "train/n02", "val/n01" })
        {
            Directory.CreateDirectory(folders[name]);
            File.WriteAllText(Path.Combine(folders[name], "a.jpg"), "");
        }

        Assert.AreEqual("train 1, val 1", Parts(lists.FullName));
        Assert.AreEqual(Path.Combine(lists["train"], "n01/a.jpg"), DataSplits.Read(lists.FullName).Training!.Rows[0].Path);
        Assert.AreEqual("train 2, val 1", Parts(folders.FullName));
    }

    [TestMethod]
    public void AClassMayBeNamedTrain()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "train", "bus" })
        {
            Directory.CreateDirectory(folder[name]);
            File.WriteAllText(Path.Combine(folder[name], "a.mp4"), "");
        }

        Assert.AreEqual("train 2", Parts(folder.FullName));
    }

    private static string Parts(string path) => string.Join(", ", DataSplits.Read(path).Parts.Select(part => $"{part.Name} {part.List.Rows.Count}"));

    private static DataList Read(string text, DataListOptions? options = null) => DataList.Read(new StringReader(text), "list.csv", options ?? new());
}
