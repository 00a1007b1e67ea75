using System.Text.Json;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Every row of the case's table: which frames each sampler takes, which intervals it draws from, and the windows of LVU.</summary>
internal sealed class FrameSamplingCheck : IGoldenCheck
{
    public string Kind => "frame_sampling";

    public void Check(GoldenCase golden)
    {
        var rows = golden.Json("table.json").EnumerateArray().ToList();
        Assert.HasCount(golden.Int("rows"), rows);
        foreach (var row in rows) CheckRow(golden, row);
        golden.AssertClose("output.rows", [(double)rows.Count]);
    }

    private static void CheckRow(GoldenCase golden, JsonElement row)
    {
        if (row.GetProperty("mode").GetString() == "windows")
        {
            var windows = TimeWindow.Slide(row.GetProperty("duration").GetDouble(), golden.Double("trimmed"), golden.Double("stride"));
            double[][] expected = [.. row.GetProperty("windows").EnumerateArray().Select(Doubles)];
            CollectionAssert.AreEqual(expected.Select(pair => new TimeWindow(pair[0], pair[1])).ToList(), windows.ToList(), row.ToString());
            return;
        }

        var sampler = Sampler(golden.Text("sampler"), row);
        double rate = row.TryGetProperty("fps", out var fps) ? fps.GetDouble() : 0;
        var length = new VideoLength(row.GetProperty("length").GetInt32(), rate);
        switch (row.GetProperty("mode").GetString())
        {
            case "train": CheckTraining(sampler, length, row); break;
            case "validation": CheckIndices(sampler.Validation(length), length, row); break;
            case "test": CheckIndices(sampler.Test(length, row.GetProperty("clip").GetInt32(), row.GetProperty("clips").GetInt32()), length, row); break;
            case var other: Assert.Fail($"Mode '{other}' is unknown."); break;
        }
    }

    private static FrameSampler Sampler(string name, JsonElement row)
    {
        int frames = row.GetProperty("frames").GetInt32();
        return name switch
        {
            "sparse" => new SparseSampler(frames),
            "dense" => new DenseSampler(frames, row.GetProperty("rate").GetInt32()),
            "ssv2_video" => new Ssv2VideoSampler(frames),
            "ssv2_frames" => new Ssv2FrameSampler(frames),
            "lvu" => new WindowSampler(frames, Doubles(row.GetProperty("window")) is var window ? new TimeWindow(window[0], window[1]) : default),
            _ => throw new InvalidDataException($"Sampler '{name}' is unknown."),
        };
    }

    private static void CheckTraining(FrameSampler sampler, VideoLength length, JsonElement row)
    {
        var drawn = new List<(int Low, int High)>();
        int[] low = sampler.Training(length, (lowest, highest) =>
        {
            drawn.Add((lowest, highest));
            return lowest;
        });
        Assert.AreEqual(row.GetProperty("draw").ToString(), $"[{string.Join(',', drawn.Select(pair => $"[{pair.Low},{pair.High}]"))}]", row.ToString());
        CollectionAssert.AreEqual(Ints(row.GetProperty("low")), low, row.ToString());
        CollectionAssert.AreEqual(Ints(row.GetProperty("high")), sampler.Training(length, (_, highest) => highest), row.ToString());
    }

    /// <summary>Where the original asks its decoder for frames that no video has, the product's choice must at least lie inside the video.</summary>
    private static void CheckIndices(int[] indices, VideoLength length, JsonElement row)
    {
        int[] expected = Ints(row.GetProperty("indices"));
        if (!row.TryGetProperty("defect", out _))
        {
            CollectionAssert.AreEqual(expected, indices, row.ToString());
            return;
        }

        Assert.HasCount(expected.Length, indices, row.ToString());
        Assert.IsTrue(indices.All(index => index >= 0 && index < length.Frames), row.ToString());
        CollectionAssert.AreEqual(indices.Order().ToArray(), indices, row.ToString());
    }

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt32())];

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetDouble())];
}
