using System.Text.Json;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Writing;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace Microsoft.ML.VideoMamba.Reports.Tests;

[TestClass]
public sealed class ReportTests
{
    private static readonly EpochMetrics[] s_epochs = [.. Enumerable.Range(1, 5).Select(epoch => new EpochMetrics(epoch, 2.0 / epoch, 2.1 / epoch, 0.15 * epoch, 1e-3, 1, 100))];

    [TestMethod]
    public void CurvesShowTheEpochs()
    {
        using var folder = new TemporaryFolder();
        string one = folder["curves.png"], other = folder["other.png"];

        LearningCurves.Write(one, s_epochs, "a title");
        LearningCurves.Write(other, [.. s_epochs.Select(epoch => epoch with { ValidationTop1 = null, ValidationLoss = null })]);

        var picture = Read(one);
        Assert.AreEqual((900, 520), (picture.Width, picture.Height));
        Assert.IsGreaterThan(5, Colours(picture), "axes, labels and three curves have several colours");
        Assert.IsFalse(Read(other).Frame(0).SequenceEqual(picture.Frame(0)));
        Assert.HasCount(2, Directory.GetFiles(folder.FullName), "nothing half-written is left");
    }

    [TestMethod]
    public void ALeaderboardShowsTheTrials()
    {
        using var folder = new TemporaryFolder();
        var trials = Enumerable.Range(1, 15).Select(number => new Trial(number, new Dictionary<string, JsonElement>(), null)
        {
            State = number == 4 ? TrialState.Failed : TrialState.Finished,
            Metric = 1.0 / number,
            Loss = number,
            Epochs = number % 3 + 1,
            Course = [.. Enumerable.Range(0, number % 3 + 1).Select(epoch => epoch / (3.0 * number))],
        }).ToList();

        Leaderboard.Write(folder["one.png"], trials, ExperimentMetric.Top1);
        Leaderboard.Write(folder["none.png"], [], ExperimentMetric.Top1);

        Assert.AreEqual((900, 560), (Read(folder["one.png"]).Width, Read(folder["one.png"]).Height));
        Assert.IsGreaterThan(Colours(Read(folder["none.png"])), Colours(Read(folder["one.png"])));
        CollectionAssert.AreEqual(new[] { 1, 2, 3, 5 }, Leaderboard.Ranked(trials, ExperimentMetric.Top1).Take(4).Select(trial => trial.Number).ToArray());
        Assert.AreEqual(15, Leaderboard.Ranked(trials, ExperimentMetric.MeanSquaredError)[0].Number);
    }

    [TestMethod]
    public void TheBestTrialIsFirstInTheLegend()
    {
        using var folder = new TemporaryFolder();
        var trials = Enumerable.Range(1, 3).Select(number => new Trial(number, new Dictionary<string, JsonElement>(), null)
        {
            State = TrialState.Finished,
            Metric = 0.2 * number,
            Loss = 1,
            Epochs = 2,
            Course = [0.1 * number, 0.2 * number],
        }).ToList();

        Leaderboard.Write(folder["one.png"], trials, ExperimentMetric.Top1);

        // The palette's first colour is the best trial's, its third the worst's; the legend stands at the right.
        var picture = Read(folder["one.png"]);
        Assert.IsLessThan(FirstRow(picture, (44, 160, 44), fromColumn: 750), FirstRow(picture, (31, 119, 180), fromColumn: 750));
    }

    [TestMethod]
    public void CurvesOfOneEpochAreMarked()
    {
        using var folder = new TemporaryFolder();

        LearningCurves.Write(folder["one.png"], s_epochs[..1]);

        Assert.IsGreaterThan(5, Colours(Read(folder["one.png"])));
    }

    [TestMethod]
    public void NoEpochIsAnError()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.ThrowsExactly<ArgumentException>(() => LearningCurves.Write(folder["none.png"], []));

        Assert.Contains("at least one finished epoch", error.Message);
        Assert.IsEmpty(Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(6)]
    [DataRow(130)]
    public void ConfusionIsDarkestWhereMostClipsAre(int classes)
    {
        using var folder = new TemporaryFolder();
        var right = Diagonal(classes, shift: 0);
        string[] labels = [.. Enumerable.Range(0, classes).Select(one => $"classé {one}")];

        ConfusionChart.Write(folder["right.png"], right, labels);
        ConfusionChart.Write(folder["wrong.png"], Diagonal(classes, shift: 1), labels);

        var picture = Read(folder["right.png"]);
        Assert.AreEqual(picture.Height, picture.Width);
        Assert.IsFalse(Read(folder["wrong.png"]).Frame(0).SequenceEqual(picture.Frame(0)));
    }

    [TestMethod]
    public void LabelsMustBeAsManyAsClasses()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.ThrowsExactly<ArgumentException>(() => ConfusionChart.Write(folder["confusion.png"], Diagonal(3, 0), ["one", "two"]));

        Assert.Contains("There are 3 classes; 2 labels were given.", error.Message);
    }

    [TestMethod]
    public void AGalleryShowsEachClipUnderItsCaption()
    {
        using var folder = new TemporaryFolder();
        var red = Uniform(200, 0, 0, frames: 4);
        var blue = Uniform(0, 0, 200, frames: 2);

        ClipGallery.Write(folder["gallery.png"], [new(red, "красный", true), new(blue, "bleu")], frames: 3, tileHeight: 32);
        ClipGallery.Write(folder["beside.png"], [new(red, "red", false), new(blue, "blue")], frames: 3, tileHeight: 32, columns: 2);

        var picture = Read(folder["gallery.png"]);
        Assert.AreEqual(3, Count(picture, (200, 0, 0)) / (46 * 32), "three tiles of 48 pixels less the gap");
        Assert.AreEqual(2, Count(picture, (0, 0, 200)) / (46 * 32));
        Assert.IsGreaterThan(4, Colours(picture), "captions are drawn where no font is installed too");
        Assert.IsGreaterThan(picture.Width, Read(folder["beside.png"]).Width);
    }

    [TestMethod]
    public void AGalleryOfNothingIsAnError()
    {
        using var folder = new TemporaryFolder();

        Assert.ThrowsExactly<ArgumentException>(() => ClipGallery.Write(folder["none.png"], []));
        var error = Assert.ThrowsExactly<ArgumentException>(() => ClipGallery.Write(folder["none.png"], [new(new VideoClip("empty.mp4", 8, 8, []), "")]));

        Assert.Contains("empty.mp4", error.Message);
        Assert.IsEmpty(Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    public void AnUnfinishedFileLeavesWhatWasThere()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "before");

        using (var file = new AtomicFile(folder["a.txt"])) file.Stream.Write("after"u8);

        Assert.AreEqual("before", File.ReadAllText(folder["a.txt"]));
        Assert.HasCount(1, Directory.GetFiles(folder.FullName));
    }

    private static ConfusionMatrix Diagonal(int classes, int shift)
    {
        var confusion = new ConfusionMatrix(classes);
        for (int one = 0; one < classes; one++) confusion.Add(one, (one + shift) % classes);
        return confusion;
    }

    private static VideoClip Uniform(byte red, byte green, byte blue, int frames)
    {
        byte[] frame = [.. Enumerable.Range(0, 24 * 16).SelectMany(_ => new[] { red, green, blue })];
        return new VideoClip("uniform", 16, 24, [.. Enumerable.Repeat((ReadOnlyMemory<byte>)frame, frames)]);
    }

    private static int Count(VideoClip picture, (byte Red, byte Green, byte Blue) colour)
    {
        int count = 0;
        var pixels = picture.Frame(0);
        for (int i = 0; i < pixels.Length; i += 3) count += (pixels[i], pixels[i + 1], pixels[i + 2]) == colour ? 1 : 0;
        return count;
    }

    private static int FirstRow(VideoClip picture, (byte Red, byte Green, byte Blue) colour, int fromColumn)
    {
        var pixels = picture.Frame(0);
        for (int row = 0; row < picture.Height; row++)
        {
            for (int column = fromColumn; column < picture.Width; column++)
            {
                int i = 3 * (row * picture.Width + column);
                if ((pixels[i], pixels[i + 1], pixels[i + 2]) == colour) return row;
            }
        }

        throw new AssertFailedException($"{colour} is nowhere in the picture");
    }

    private static VideoClip Read(string path) => VideoReader.ReadAll(path);

    private static int Colours(VideoClip picture)
    {
        var colours = new HashSet<int>();
        var pixels = picture.Frame(0);
        for (int i = 0; i < pixels.Length; i += 3) colours.Add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
        return colours.Count;
    }
}
