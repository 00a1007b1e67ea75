using System.Globalization;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Samples.Tests;

/// <summary>Small MP4 files in a folder for each class, told apart by colour; a CSV file says how bright each is.</summary>
internal sealed class ColouredVideos : IDisposable
{
    private const int Side = 32, Frames = 8;

    private readonly TemporaryFolder _folder = new();

    public ColouredVideos(int perClass)
    {
        var rows = new List<string> { "path,label" };
        foreach (string colour in new[] { "blue", "red" })
        {
            Directory.CreateDirectory(Path.Combine(Folder, colour));
            for (int i = 0; i < perClass; i++)
            {
                string name = Path.Combine(colour, $"clip {i}.mp4");
                byte brightness = (byte)(80 + 150 * i / perClass);
                ClipFile.Write(Path.Combine(Folder, name), Make(colour, brightness), framesPerSecond: 10);
                rows.Add(string.Create(CultureInfo.InvariantCulture, $"\"{name}\",{brightness / 255.0:0.000}"));
            }
        }

        File.WriteAllLines(Csv, rows);
    }

    public string Folder => _folder["videos"];

    public string Csv => Path.Combine(Folder, "brightness.csv");

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    private static VideoClip Make(string colour, byte brightness)
    {
        byte[] pixel = colour == "blue" ? [20, 30, brightness] : [brightness, 30, 20];
        byte[] frame = [.. Enumerable.Range(0, Side * Side).SelectMany(_ => pixel)];
        return new VideoClip(colour, Side, Side, [.. Enumerable.Repeat((ReadOnlyMemory<byte>)frame, Frames)]);
    }
}
