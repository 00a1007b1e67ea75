using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;

/// <summary>What ffprobe says of a file's first video stream.</summary>
/// <param name="Codec">The codec's short name.</param>
/// <param name="Width">Coded width in pixels.</param>
/// <param name="Height">Coded height in pixels.</param>
/// <param name="Orientation">How frames are to be shown.</param>
/// <param name="TimeBase">Seconds of one tick of the stream's clock.</param>
/// <param name="Start">The stream's first tick.</param>
/// <param name="FramesPerSecond">The average frame rate; 0 if there is none.</param>
/// <param name="FrameCount">How many frames the header claims; 0 if it says nothing.</param>
internal sealed partial record ProbedHeader(
    string Codec, int Width, int Height, FrameOrientation Orientation, double TimeBase, long Start, double FramesPerSecond, long FrameCount)
{
    /// <summary>Reads a header.</summary>
    /// <param name="programs">The programs.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="address">The file as the programs take it.</param>
    /// <param name="options">For the limit of pixels.</param>
    /// <param name="cancellation">Ends the program.</param>
    /// <exception cref="VideoException">It is not a video.</exception>
    public static ProbedHeader Read(FFmpegPrograms programs, string name, string address, VideoDecoderOptions options, CancellationToken cancellation)
    {
        using var process = programs.Probe(
        [
            "-v", "error", "-protocol_whitelist", "file", "-max_pixels", options.MaxPixels.ToString(CultureInfo.InvariantCulture),
            "-select_streams", "v:0", "-show_streams", "-show_format", "-of", "json", "-i", address,
        ]);
        using var ending = cancellation.Register(process.Kill);
        var said = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        string error = said.GetAwaiter().GetResult().Trim().Split('\n')[^1].Trim().Replace($"{address}: ", "", StringComparison.Ordinal);
        if (Oversized().Match(error) is { Success: true } size) throw new VideoException(name, "header", $"{size.Groups[1]} x {size.Groups[2]} exceeds the limit of {options.MaxPixels} pixels");
        if (process.ExitCode != 0) throw new VideoException(name, "open", $"not a readable video (container not recognised, index missing or codec unknown): {error}");
        return Parse(name, json);
    }

    private static ProbedHeader Parse(string name, string json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0) throw new VideoException(name, "open", "the file has no video stream");
        var stream = streams[0];
        double rate = Fraction(Text(stream, "avg_frame_rate")), guess = Fraction(Text(stream, "r_frame_rate"));
        double frames = rate > 0 ? rate : guess;
        long count = Integer(stream, "nb_frames") ?? 0;
        if (count <= 0)
        {
            double seconds = Number(stream, "duration") ?? (document.RootElement.TryGetProperty("format", out var format) ? Number(format, "duration") : null) ?? 0;
            count = (long)Math.Floor(seconds * frames + 0.5);
        }

        return new ProbedHeader(
            Text(stream, "codec_name"), (int)(Integer(stream, "width") ?? 0), (int)(Integer(stream, "height") ?? 0), DisplayMatrix(stream),
            Fraction(Text(stream, "time_base")), Integer(stream, "start_pts") ?? 0, frames, count);
    }

    private static FrameOrientation DisplayMatrix(JsonElement stream)
    {
        if (!stream.TryGetProperty("side_data_list", out var list)) return FrameOrientation.Upright;
        foreach (var entry in list.EnumerateArray())
        {
            // Three lines of an address, a colon and three numbers.
            string[] lines = Text(entry, "displaymatrix").Split('\n', StringSplitOptions.RemoveEmptyEntries);
            int[] matrix = [.. lines.SelectMany(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value : 0)];
            if (matrix.Length == 9) return FrameOrientation.FromDisplayMatrix(matrix);
        }

        return FrameOrientation.Upright;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>ffprobe writes some numbers as numbers and others as strings.</summary>
    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && double.TryParse(value.ToString(), CultureInfo.InvariantCulture, out double number) ? number : null;

    private static long? Integer(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && long.TryParse(value.ToString(), CultureInfo.InvariantCulture, out long number) ? number : null;

    private static double Fraction(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && long.TryParse(parts[0], CultureInfo.InvariantCulture, out long numerator)
            && long.TryParse(parts[1], CultureInfo.InvariantCulture, out long denominator)
            && denominator != 0 ? (double)numerator / denominator : 0;
    }

    /// <summary>What the programs' own limit says; ffprobe gives no header then.</summary>
    [GeneratedRegex(@"Picture size (\d+)x(\d+) exceeds specified max pixel count")]
    private static partial Regex Oversized();
}
