using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class VideoFrameLoaderTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static string Plant => Path.Combine(RepositoryPaths.Media, "plant-short.mp4");

    private static string Broken => Path.Combine(RepositoryPaths.Media, "broken", "text.mp4");

    [TestMethod]
    public void ReadsClipsOfPaths()
    {
        var clip = Clips(Load(new() { Frames = 5 }, Plant)).Single()!;

        Assert.AreEqual((5, 240, 320), (clip.Frames, clip.Height, clip.Width));
        Assert.IsInstanceOfType<VideoDataViewType>(Load(new(), Plant).Schema["Video"].Type);
    }

    [TestMethod]
    public void ReadsTheSameClipFromBytes()
    {
        var data = _ml.Data.LoadFromEnumerable([new ContentRow { Content = File.ReadAllBytes(Plant) }]);
        var clip = Clips(_ml.Transforms.LoadVideoFrames("Video", "Content").Fit(data).Transform(data)).Single()!;
        var expected = Clips(Load(new(), Plant)).Single()!;

        CollectionAssert.AreEqual(expected.Indices.ToArray(), clip.Indices.ToArray());
        Assert.IsTrue(expected.Frame(7).SequenceEqual(clip.Frame(7)));
    }

    [TestMethod]
    public void ReadsAnImageAsOneFrame()
    {
        using var clips = new TinyClips(perClass: 1);
        string png = Directory.EnumerateFiles(clips.Folder, "000000.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        var data = _ml.Data.LoadFromEnumerable([new PathRow { Path = png }]);
        var images = _ml.Transforms.LoadImages("Image", "", "Path").Append(_ml.Transforms.LoadVideoFrames("Video", "Image"));
        var clip = Clips(images.Fit(data).Transform(data)).Single()!;

        Assert.AreEqual((1, TinyClips.Side, TinyClips.Side), (clip.Frames, clip.Height, clip.Width));
        Assert.IsTrue(Clips(Load(new() { Frames = 1 }, png)).Single()!.Frame(0).SequenceEqual(clip.Frame(0)));
    }

    [TestMethod]
    public void SamplesDensely()
    {
        var clip = Clips(Load(new() { Frames = 4, Sampling = FrameSampling.Dense, SamplingRate = 2 }, Plant)).Single()!;

        Assert.IsLessThan(8, clip.Indices[^1] - clip.Indices[0], "one window of 4 frames at a distance of 2");
    }

    [TestMethod]
    public void ShrinksFramesToTheLimit()
    {
        var clip = Clips(Load(new() { MaxShortSide = 60 }, Plant)).Single()!;

        Assert.AreEqual((60, 80), (clip.Height, clip.Width));
    }

    [TestMethod]
    public void ReadsRelativePathsBelowTheFolder() =>
        Assert.AreEqual(8, Clips(Load(new() { Folder = RepositoryPaths.Media }, "plant-short.mp4")).Single()!.Frames);

    [TestMethod]
    public void ThrowsTheErrorOfItsOwnRow()
    {
        using var cursor = Load(new() { Workers = 3 }, Plant, Broken, Plant).GetRowCursor(Load(new(), Plant).Schema);
        var get = cursor.GetGetter<VideoClip?>(cursor.Schema["Video"]);
        VideoClip? clip = null;
        Assert.IsTrue(cursor.MoveNext());
        get(ref clip);
        Assert.IsNotNull(clip);
        Assert.IsTrue(cursor.MoveNext());

        var error = Assert.ThrowsExactly<VideoException>(() => get(ref clip));

        Assert.Contains("text.mp4", error.Message);
    }

    [TestMethod]
    public void SkipsWithACountAndAWarning()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning) lock (warnings) warnings.Add(e.Message);
        };
        var data = Paths(Plant, Broken, "", Plant);
        var loader = _ml.Transforms.LoadVideoFrames(new() { OnFailure = FailurePolicy.Skip }).Fit(data);

        var clips = Clips(loader.Transform(data)).ToArray();

        CollectionAssert.AreEqual(new[] { true, false, false, true }, clips.Select(clip => clip is not null).ToArray());
        Assert.AreEqual(2, loader.Failures);
        Assert.IsTrue(warnings.Any(text => text.Contains("text.mp4", StringComparison.Ordinal)), string.Join('\n', warnings));
    }

    [TestMethod]
    public void SubstitutesABlackClip()
    {
        var clip = Clips(Load(new() { OnFailure = FailurePolicy.Substitute, Frames = 3 }, Plant, Broken)).ElementAt(1)!;

        Assert.AreEqual(3, clip.Frames);
        Assert.AreEqual(Broken, clip.Path);
        Assert.IsFalse(clip.Frame(2).ContainsAnyExcept((byte)0));
    }

    [TestMethod]
    public void DecodesOnlyWhatIsAskedFor()
    {
        var data = Load(new(), Broken, Broken);

        Assert.HasCount(2, data.GetColumn<string>("Path").ToArray());
        Assert.ThrowsExactly<VideoException>(() => Clips(data).ToArray());
    }

    /// <summary>As trainers do with rows that they could not keep.</summary>
    [TestMethod]
    public void DecodesARowAloneThatIsReadBehindManyOthers()
    {
        var paths = Paths(Broken, Broken, Broken, Broken, Plant, Broken, Plant);
        var loader = _ml.Transforms.LoadVideoFrames(new() { OnFailure = FailurePolicy.Skip, Workers = 1 }).Fit(paths);
        var data = loader.Transform(paths);
        using var cursor = data.GetRowCursor(data.Schema);
        var get = cursor.GetGetter<VideoClip?>(cursor.Schema["Video"]);
        for (int row = 0; row <= 4; row++) Assert.IsTrue(cursor.MoveNext());
        VideoClip? clip = null;

        get(ref clip);

        Assert.AreEqual(Plant, clip?.Path);
        Assert.AreEqual(0, loader.Failures, "only the row that was asked for is read");
        Assert.IsTrue(cursor.MoveNext());
        get(ref clip);
        Assert.IsNull(clip);
        Assert.IsTrue(cursor.MoveNext());
        get(ref clip);
        Assert.AreEqual((Plant, 1), (clip?.Path, loader.Failures));
    }

    [TestMethod]
    public void DecodesARowAloneThatIsTheFirstAskedFor()
    {
        var paths = Paths(Broken, Plant, Broken, Broken);
        var loader = _ml.Transforms.LoadVideoFrames(new() { OnFailure = FailurePolicy.Skip, Workers = 2 }).Fit(paths);
        var data = loader.Transform(paths);
        using (var cursor = data.GetRowCursor(data.Schema))
        {
            var get = cursor.GetGetter<VideoClip?>(cursor.Schema["Video"]);
            for (int row = 0; row <= 1; row++) Assert.IsTrue(cursor.MoveNext());
            VideoClip? clip = null;

            get(ref clip);

            Assert.AreEqual(Plant, clip?.Path);
        }

        Assert.AreEqual(0, loader.Failures, "rows behind the one that was asked for are read");
    }

    /// <summary>The last clip of a batch cannot be read, which is counted once it is tried: long after the first is there, and those between.</summary>
    [TestMethod]
    [DataRow(0, DisplayName = "by who ends there")]
    [DataRow(8, DisplayName = "by who goes on to the next batch")]
    public void ARowWaitsForItsOwnClipAndTheRestIsGivenUp(int last)
    {
        string city = Path.Combine(RepositoryPaths.Media, "city.mpg");
        var paths = Paths([Plant, .. Enumerable.Repeat(city, 6), Broken, .. Enumerable.Repeat(Plant, 8)]);
        var loader = _ml.Transforms.LoadVideoFrames(new() { OnFailure = FailurePolicy.Skip, Workers = 4 }).Fit(paths);
        var data = loader.Transform(paths);
        using (var cursor = data.GetRowCursor(data.Schema))
        {
            var get = cursor.GetGetter<VideoClip?>(cursor.Schema["Video"]);
            VideoClip? clip = null;
            for (int row = 0; row <= last; row++)
            {
                Assert.IsTrue(cursor.MoveNext());
                if (row % 8 == 0) get(ref clip);
            }

            Assert.AreEqual(Plant, clip!.Path);
        }

        Assert.AreEqual(0, loader.Failures, "all of the first batch was read");
    }

    [TestMethod]
    public void KeepsItsRowsTogetherThroughShuffleCacheAndFilter()
    {
        using var clips = new TinyClips();
        var data = _ml.Data.LoadFromEnumerable(clips.Rows);
        var loaded = _ml.Transforms.LoadVideoFrames(new() { Frames = 2, Workers = 5 }).Fit(data).Transform(data);
        foreach (var view in new[] { loaded, _ml.Data.ShuffleRows(loaded, seed: 3), _ml.Data.Cache(loaded), _ml.Data.SkipRows(loaded, 3), _ml.Data.TrainTestSplit(loaded).TrainSet })
        {
            var rows = _ml.Data.CreateEnumerable<LoadedRow>(view, reuseRowObject: false, ignoreMissingColumns: true).ToArray();

            Assert.IsNotEmpty(rows);
            foreach (var row in rows) Assert.AreEqual(row.Path, row.Video!.Path);
        }
    }

    [TestMethod]
    public void ServesAPredictionEngine()
    {
        var data = Paths(Plant);
        using var engine = _ml.Model.CreatePredictionEngine<PathRow, LoadedRow>(_ml.Transforms.LoadVideoFrames("Video", "Path").Fit(data));

        var first = engine.Predict(new PathRow { Path = Plant });
        var second = engine.Predict(new PathRow { Path = Path.Combine(RepositoryPaths.Media, "discs.mov") });

        Assert.AreEqual((320, 640), (first.Video!.Width, second.Video!.Width));
    }

    [TestMethod]
    public void SavesAndLoads()
    {
        using var folder = new TemporaryFolder();
        var data = Paths(Plant);
        _ml.Model.Save(_ml.Transforms.LoadVideoFrames(new() { Frames = 3, MaxShortSide = 50 }).Fit(data), data.Schema, folder["loader.zip"]);

        var clip = Clips(new MLContext().Model.Load(folder["loader.zip"], out _).Transform(data)).Single()!;

        Assert.AreEqual((3, 50), (clip.Frames, clip.Height));
    }

    [TestMethod]
    public void NamesTheSchemaItPutsOut() => SchemaAssert.AgreesWithData(_ml.Transforms.LoadVideoFrames("Video", "Path"), Paths(Plant));

    [TestMethod]
    public void RefusesWrongColumnsInTheWordsOfMLNet()
    {
        var data = Paths(Plant);
        var missing = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideoFrames("Video", "Nope").Fit(data));
        var numbers = _ml.Data.LoadFromEnumerable([new NumberedClipRow()]);
        var mismatch = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideoFrames("Video", "Label").Fit(numbers));

        Assert.Contains("Could not find input column 'Nope'", missing.Message);
        Assert.Contains("Schema mismatch for input column 'Label': expected String, Vector<Byte> or Image, got Single", mismatch.Message);
    }

    [TestMethod]
    [DataRow(nameof(VideoFrameLoader.Options.Frames), 0)]
    [DataRow(nameof(VideoFrameLoader.Options.SamplingRate), 0)]
    [DataRow(nameof(VideoFrameLoader.Options.MaxShortSide), -1)]
    [DataRow(nameof(VideoFrameLoader.Options.Workers), -1)]
    public void RefusesOptionsOutOfRange(string option, int value)
    {
        var options = new VideoFrameLoader.Options();
        typeof(VideoFrameLoader.Options).GetProperty(option)!.SetValue(options, value);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => _ml.Transforms.LoadVideoFrames(options));

        Assert.Contains(option, error.Message);
    }

    private static IEnumerable<VideoClip?> Clips(IDataView data) => data.GetColumn<VideoClip?>("Video");

    private IDataView Paths(params string[] paths) => _ml.Data.LoadFromEnumerable(paths.Select(path => new PathRow { Path = path }));

    private IDataView Load(VideoFrameLoader.Options options, params string[] paths)
    {
        var data = Paths(paths);
        return _ml.Transforms.LoadVideoFrames(options).Fit(data).Transform(data);
    }

    private sealed class LoadedRow
    {
        public string Path { get; set; } = "";

        [VideoType]
        public VideoClip? Video { get; set; }
    }
}
