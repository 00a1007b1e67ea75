using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>Boxes of given sizes and noise written into clips, and the table of sizes.</summary>
internal sealed class RandomErasingCheck : IGoldenCheck
{
    public string Kind => "random_erasing";

    public void Check(GoldenCase golden)
    {
        if (golden.Text("mode") == "table") CheckSizes(golden);
        else CheckErased(golden);
    }

    private static void CheckSizes(GoldenCase golden)
    {
        var rows = golden.Json("sizes.json").EnumerateArray().ToList();
        var sizes = rows.ConvertAll(row => Size(row.GetProperty("area_fraction").GetDouble(), row.GetProperty("log_ratio").GetDouble(), row));
        for (int i = 0; i < rows.Count; i++)
        {
            int height = rows[i].GetProperty("height").GetInt32(), width = rows[i].GetProperty("width").GetInt32();
            Assert.AreEqual(rows[i].GetProperty("accepted").GetBoolean(), ErasingBox.Fits(sizes[i], height, width), rows[i].ToString());
        }

        golden.AssertClose("output.erase_height", sizes.ConvertAll(size => (double)size.Height));
        golden.AssertClose("output.erase_width", sizes.ConvertAll(size => (double)size.Width));
    }

    private static (int Height, int Width) Size(double fraction, double logRatio, JsonElement row) =>
        ErasingBox.SizeOf(fraction, logRatio, row.GetProperty("height").GetInt32(), row.GetProperty("width").GetInt32());

    /// <summary>The case's frames come first, the product's channels do.</summary>
    private static void CheckErased(GoldenCase golden)
    {
        var x = golden.Tensors["input.x"];
        int frames = (int)x.Shape[0], height = (int)x.Shape[2], width = (int)x.Shape[3], plane = height * width;
        float[] clip = Swapped(x.ToFloats(), frames, 3, plane);
        long[] boxes = golden.Tensors["input.boxes"].ToLongs();
        CheckBoxSizes(golden, boxes, height, width);
        for (int t = 0; t < frames; t++)
        {
            var box = Box(boxes, golden.Bool("cube") ? 0 : t);
            var noise = golden.Tensors[$"input.noise.{t}"];
            float[] values = noise.ToFloats();
            int rows = (int)noise.Shape[1], columns = (int)noise.Shape[2];
            box.Erase(clip, t, frames, height, width, (channel, row, pixels) =>
            {
                for (int i = 0; i < pixels.Length; i++) pixels[i] = values[(channel * rows + row % rows) * columns + i % columns];
            });
        }

        golden.AssertClose("output.y", Swapped(clip, 3, frames, plane), x.Shape);
    }

    private static void CheckBoxSizes(GoldenCase golden, long[] boxes, int height, int width)
    {
        double[] fractions = Doubles(golden, "area_fractions"), ratios = Doubles(golden, "log_ratios");
        for (int i = 0; i < fractions.Length; i++)
        {
            var box = Box(boxes, i);
            Assert.AreEqual((box.Height, box.Width), ErasingBox.SizeOf(fractions[i], ratios[i], height, width));
        }
    }

    private static ErasingBox Box(long[] boxes, int i) => new((int)boxes[4 * i], (int)boxes[4 * i + 1], (int)boxes[4 * i + 2], (int)boxes[4 * i + 3]);

    private static double[] Doubles(GoldenCase golden, string name) => [.. golden.Params.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];

    private static float[] Swapped(float[] values, int outer, int inner, int plane)
    {
        float[] swapped = new float[values.Length];
        for (int a = 0; a < outer; a++)
        {
            for (int b = 0; b < inner; b++) Array.Copy(values, (a * inner + b) * plane, swapped, (b * outer + a) * plane, plane);
        }

        return swapped;
    }
}
