using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>frames</c>: chosen frames of a video as pictures.</summary>
internal static class FramesVerb
{
    private const int DefaultCount = 16;

    public static Verb Create(ToolConsole console)
    {
        var clip = new Argument<string>("CLIP") { Description = "A video, an image or a folder of numbered frames." };
        var indices = new Option<int[]?>("--indices") { Description = "Numbers of decoded frames, from 0, with commas between them.", HelpName = "0,17,59", CustomParser = ParseIndices };
        var count = new Option<int?>("--count") { Description = $"That many frames spread over the clip (default {DefaultCount}).", HelpName = "N" };
        count.OnlyAbove(1);
        var output = new Option<string>("--output") { Description = "A folder for one PNG a frame, named by its number, or a .png file for one contact sheet.", HelpName = "DIR|sheet.png", Required = true };
        var verb = new Verb("frames", "Write frames of a video as PNG files, or as one contact sheet.", "frames clip.mp4 --indices 0,17,59 --output frames", "frames clip.mp4 --count 12 --output sheet.png") { clip, indices, count, output };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(indices) is not null && result.GetResult(count) is not null) result.AddError("--indices and --count exclude each other.");
        });
        verb.SetAction((parsed, cancellation) => Task.FromResult(Write(parsed.GetValue(clip)!, parsed.GetResult(indices) is null ? null : parsed.GetValue(indices), parsed.GetValue(count) ?? DefaultCount, parsed.GetValue(output)!, console, cancellation)));
        return verb;
    }

    private static int Write(string path, int[]? indices, int count, string output, ToolConsole console, CancellationToken cancellation)
    {
        var clip = indices is null
            ? VideoReader.Read(path, length => Spread(count, length.Frames), options: null, cancellation)
            : VideoReader.Read(path, indices, options: null, cancellation);
        if (output.EndsWith(".png", StringComparison.OrdinalIgnoreCase))
        {
            ContactSheet.Write(output, clip);
            console.Out.WriteLine(output);
            return ExitCode.Success;
        }

        foreach (string file in FrameImage.WriteAll(output, clip)) console.Out.WriteLine(file);
        return ExitCode.Success;
    }

    /// <summary>From the first frame to the last, evenly; all of them where the clip has no more.</summary>
    private static int[] Spread(int count, int frames) => count >= frames
        ? [.. Enumerable.Range(0, frames)]
        : [.. Enumerable.Range(0, count).Select(i => count == 1 ? frames / 2 : (int)Math.Round(i * (frames - 1.0) / (count - 1)))];

    private static int[]? ParseIndices(ArgumentResult result)
    {
        var found = new List<int>();
        foreach (string part in result.Tokens.Single().Value.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            {
                result.AddError($"'{result.Tokens.Single().Value}' is no list of frame numbers: write 0,17,59.");
                return null;
            }

            found.Add(index);
        }

        return [.. found];
    }
}
