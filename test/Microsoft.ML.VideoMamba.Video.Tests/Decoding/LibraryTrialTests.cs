using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Libraries that were never checked are tried in another process, and what came of it is remembered.</summary>
[TestClass]
[DoNotParallelize] // sets the cache folder of the whole process
public sealed class LibraryTrialTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();
    private readonly string? _before = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");

    public LibraryTrialTests() => Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _cache.FullName);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", _before);
        _cache.Dispose();
    }

    [TestMethod]
    public void TheLibrariesInUseDecodeTheClipRightly()
    {
        Backends.Require(VideoBackend.FFmpeg);
        Assert.IsNull(LibraryTrial.Flaw(LibavLibraries.Load()));
    }

    [TestMethod]
    public void AnotherProcessFindsTheSame()
    {
        Backends.Require(VideoBackend.FFmpeg);
        Assert.IsNull(LibraryTrial.Run(LibavLibraries.Load().Layout));
    }

    [TestMethod]
    public void LibrariesThatAreAbsentDoNotPass()
    {
        Backends.Require(VideoBackend.FFmpeg);
        var absent = LibavLayout.Known.First(layout => layout.Format != LibavLibraries.Load().Layout.Format);
        StringAssert.StartsWith(LibraryTrial.Run(absent), "the trial failed: FFmpeg's libraries");
    }

    [TestMethod]
    public void AVerdictHoldsForExactlyTheseFiles()
    {
        string file = _cache["libavformat.so.0"];
        File.WriteAllText(file, "one");
        var record = TrialRecord.For([file]);
        Assert.IsNull(record.Read());
        record.Write("it crashed");
        Assert.AreEqual("it crashed", TrialRecord.For([file]).Read());
        Assert.IsNull(TrialRecord.For([file, file]).Read());

        File.AppendAllText(file, " more");
        Assert.IsNull(TrialRecord.For([file]).Read());
        TrialRecord.For([file]).Write("");
        Assert.AreEqual("", TrialRecord.For([file]).Read());
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        Assert.IsNull(TrialRecord.For([file]).Read());
    }

    [TestMethod]
    public void AnUnverifiedVersionIsJudgedByWhatIsRemembered()
    {
        string file = _cache["libavformat.so.0"];
        File.WriteAllText(file, "one");
        var unverified = LibavLayout.Known.First(layout => !layout.IsVerified);
        TrialRecord.For([file]).Write("");
        Assert.IsNull(LibraryTrial.Passes(unverified, [file]));
        TrialRecord.For([file]).Write("it crashed");
        Assert.AreEqual("it crashed", LibraryTrial.Passes(unverified, [file]));
        Assert.IsNull(LibraryTrial.Passes(LibavLayout.Known.Single(layout => layout.IsVerified), [file]));
    }
}
