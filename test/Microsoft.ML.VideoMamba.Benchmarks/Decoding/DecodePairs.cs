using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Benchmarks.Decoding;

/// <summary>
/// The FFmpeg libraries against the ffmpeg program: 16 frames spread over a clip, decoded, resized and normalised, against the program writing the same
/// frames to a pipe. The works take turns, so that a machine that slows down slows all of them; medians, and the median of the pairs' ratios.
/// </summary>
internal static class DecodePairs
{
    private const int Frames = 16, Side = 224, ManyFiles = 24;

    private static readonly SparseSampler s_sampler = new(Frames);
    private static readonly ClipTransform s_transform = ClipTransform.Test(Side, views: 1);
    private static readonly VideoDecoderOptions s_options = new() { Backend = VideoBackend.FFmpeg, MaxShortSide = Side };

    /// <param name="arguments">The number of pairs (default 15), then files; the three of docs/performance.md if there are none.</param>
    public static int Run(string[] arguments)
    {
        int pairs = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 15;
        var folder = Directory.CreateTempSubdirectory("videomamba-decode-");
        try
        {
            string[] files = arguments.Length > 1 ? arguments[1..] : [Small(folder.FullName), Path.Combine(RepositoryPaths.Media, "ocean.webm"), Path.Combine(RepositoryPaths.Media, "dog-phone-1080p.mp4")];
            Console.WriteLine($"{VideoDecoder.Describe(VideoBackend.FFmpeg)}, {Environment.ProcessorCount} cores, {pairs} pairs, medians in ms");
            Console.WriteLine("file                      frames   first   again  program  first:program  again:program");
            foreach (string file in files) Compare(Copy(file, folder.FullName), pairs);
            CompareCores([.. Enumerable.Range(0, ManyFiles).Select(i => Copy(files[0], folder.FullName, i))], pairs);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Compare(string path, int pairs)
    {
        float[] view = new float[3 * Frames * Side * Side];
        int frames = VideoReader.Probe(path, s_options).Frames;
        List<double> first = [], again = [], program = [];
        for (int i = -1; i < pairs; i++)
        {
            // A file with another time of writing is another file: nothing is known of it.
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(i + 2));
            double[] times = [Time(() => Read(path, view)), Time(() => Read(path, view)), Time(() => WriteByProgram(path, frames))];
            if (i < 0) continue; // the first turn compiles and fills the caches
            first.Add(times[0]);
            again.Add(times[1]);
            program.Add(times[2]);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(path),-25} {frames,6} {Median(first),7:0.0} {Median(again),7:0.0} {Median(program),8:0.0} {Ratio(program, first),14:0.00} {Ratio(program, again),14:0.00}"));
    }

    private static void CompareCores(string[] files, int pairs)
    {
        List<double> one = [], all = [];
        for (int i = -1; i < pairs; i++)
        {
            double[] times = [Time(() => ReadMany(files, 1)), Time(() => ReadMany(files, 0))];
            if (i < 0) continue;
            one.Add(times[0]);
            all.Add(times[1]);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{files.Length} files: one core {1000 * files.Length / Median(one):0.0} clips/s, {Environment.ProcessorCount} cores {1000 * files.Length / Median(all):0.0} clips/s, {Ratio(one, all):0.00} times"));
    }

    private static void Read(string path, float[] view) => s_transform.Apply(VideoReader.Read(path, s_sampler.Validation, s_options), view);

    private static void ReadMany(string[] files, int workers)
    {
        foreach (string file in files) File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        foreach (var _ in new ClipReader(new() { Workers = workers, Decoder = s_options with { Threads = 1 } }).Read(files, (_, length) => [s_sampler.Validation(length)]))
        {
            // Each result is dropped as a batch would drop it.
        }
    }

    private static void WriteByProgram(string path, int frames)
    {
        string wanted = string.Join('+', s_sampler.Validation(new VideoLength(frames, 0)).Select(index => $"eq(n\\,{index})"));
        string[] arguments = ["-v", "error", "-nostdin", "-i", path, "-map", "0:v:0", "-vf", $"select={wanted}", "-fps_mode", "passthrough", "-frames:v", $"{Frames}", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"];
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardOutput = true })!;
        byte[] buffer = new byte[1 << 20];
        long total = 0;
        for (int read; (read = process.StandardOutput.BaseStream.Read(buffer)) > 0;) total += read;
        process.WaitForExit();
        if (process.ExitCode != 0 || total == 0) throw new InvalidOperationException($"ffmpeg wrote {total} bytes of {path} and ended with {process.ExitCode}.");
    }

    /// <summary>Ten seconds of real frames at a size that action data sets have, in H.264 with x264's defaults (a key frame every 250 frames at most, up to three B-frames).</summary>
    private static string Small(string folder)
    {
        string path = Path.Combine(folder, "h264-340x256-10s.mp4");
        string[] arguments =
        [
            "-v", "error", "-nostdin", "-stream_loop", "-1", "-i", Path.Combine(RepositoryPaths.Media, "coin.mov"), "-t", "10", "-vf", "scale=340:256", "-r", "30", "-an",
            "-c:v", "libx264", path,
        ];
        using var process = Process.Start("ffmpeg", arguments);
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new InvalidOperationException("ffmpeg could not make the clip: it needs libx264.");
    }

    private static string Copy(string path, string folder, int number = 0)
    {
        string copy = Path.Combine(folder, number == 0 ? Path.GetFileName(path) : $"{number}-{Path.GetFileName(path)}");
        if (copy != path) File.Copy(path, copy);
        return copy;
    }

    private static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Ratio(List<double> slow, List<double> fast) => Median([.. slow.Zip(fast, (a, b) => a / b)]);

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
