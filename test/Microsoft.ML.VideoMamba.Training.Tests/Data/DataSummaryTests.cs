using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Training.Tests.Data;

[TestClass]
public sealed class DataSummaryTests
{
    [TestMethod]
    public void CountsAndFindsWhatStandsOut()
    {
        var summary = new DataSummary(
        [
            Row(1, "a", "10", frames: 100, seconds: 4),
            Row(2, "b", "9", frames: 50, seconds: 2, gaps: 3),
            new CheckedRow(new DataRow(3, "c", "9"), null, "c: broken"),
            Row(4, "a", "run", frames: 70, seconds: 0),
        ]);

        Assert.AreEqual((4, "3", "2", "4"), (summary.Rows, Lines(summary.Failed.Select(row => row.Row)), Lines(summary.Damaged.Select(row => row.Row)), Lines(summary.Repeated)));
        Assert.AreEqual("9:2 10:1 run:1", string.Join(' ', summary.Labels.Select(label => $"{label.Key}:{label.Value}")));
        Assert.AreEqual(new Spread(2, 3, 3, 4, 6), summary.Durations, "A video of unknown rate has no length");
        Assert.AreEqual(70, summary.Frames!.Median);
    }

    [TestMethod]
    public void OfNothingThereIsNoSpread()
    {
        var summary = new DataSummary([]);

        Assert.IsNull(summary.Durations);
        Assert.IsNull(summary.Frames);
        Assert.IsEmpty(summary.Labels);
    }

    private static CheckedRow Row(int line, string path, string label, int frames, double seconds, int gaps = 0) =>
        new(new DataRow(line, path, label), new VideoInfo(path, frames, 4, 3, seconds > 0 ? 25 : 0, 0, "h264", gaps, seconds, "test"), null);

    private static string Lines(IEnumerable<DataRow> rows) => string.Join(' ', rows.Select(row => row.Line));
}
