using System.Text;

namespace Microsoft.ML.VideoMamba.Video.Decoding.Stills;

/// <summary>
/// Netpbm's binary pictures, grey (P5) or RGB (P6) with a byte for each level, one or several in a file: frames without loss that need no native library.
/// </summary>
/// <remarks>netpbm.sourceforge.net/doc/ppm.html.</remarks>
internal sealed class NetpbmDecoder : IVideoDecoder
{
    private readonly byte[] _content;
    private readonly List<int> _frames = [];
    private readonly int _channels;

    public NetpbmDecoder(string name, string path, VideoDecoderOptions options)
    {
        Name = name;
        _content = Read(name, path);
        int at = 0;
        while (at < _content.Length)
        {
            var (channels, width, height) = ReadHeader(ref at);
            if (_frames.Count == 0) (_channels, Width, Height) = (channels, width, height);
            if ((channels, width, height) != (_channels, Width, Height)) throw Error("decode", $"frame {_frames.Count} is {width} x {height} of {channels} channels, but the first one is {Width} x {Height} of {_channels}");
            if ((long)width * height > options.MaxPixels) throw Error("header", $"{width} x {height} exceeds the limit of {options.MaxPixels} pixels");
            if (FrameBytes > _content.Length - at) throw Error("decode", $"the file ends within frame {_frames.Count}");
            _frames.Add(at);
            at += (int)FrameBytes;
        }
    }

    public string Name { get; }

    public string Backend => "Netpbm";

    public string Codec => _channels == 1 ? "pgm" : "ppm";

    public int Width { get; }

    public int Height { get; }

    public int Rotation => 0;

    public double FramesPerSecond => 0;

    public int? FrameCountHint => _frames.Count;

    public int Position { get; private set; } = -1;

    public double Timestamp => Position;

    public int Gaps => 0;

    private long FrameBytes => (long)Width * Height * _channels;

    public bool MoveNext()
    {
        if (Position < _frames.Count) Position++;
        return Position < _frames.Count;
    }

    public void CopyTo(Span<byte> rgb)
    {
        if (Position < 0 || Position >= _frames.Count) throw new InvalidOperationException("There is no current frame.");
        if (rgb.Length != (long)Height * Width * 3) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {Height} x {Width} x 3.", nameof(rgb));
        var levels = _content.AsSpan(_frames[Position], (int)FrameBytes);
        if (_channels == 3) levels.CopyTo(rgb);
        else for (int i = 0; i < levels.Length; i++) rgb.Slice(3 * i, 3).Fill(levels[i]);
    }

    public void Dispose()
    {
    }

    private static byte[] Read(string name, string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new VideoException(name, "open", $"the file cannot be read: {e.Message}", e);
        }
    }

    private (int Channels, int Width, int Height) ReadHeader(ref int at)
    {
        string magic = Word(ref at);
        if (magic is not ("P5" or "P6")) throw Error("header", "not a binary PGM or PPM file (P5 or P6)");
        int width = Number(ref at, "width"), height = Number(ref at, "height"), most = Number(ref at, "largest level");
        if (most != byte.MaxValue) throw Error("header", $"the largest level must be {byte.MaxValue}; it is {most}");
        at++;
        return (magic == "P5" ? 1 : 3, width, height);
    }

    private int Number(ref int at, string what)
    {
        string word = Word(ref at);
        return int.TryParse(word, out int number) && number >= 1 ? number : throw Error("header", $"the {what} is '{word}'");
    }

    /// <summary>The next characters up to white space; comments run from # to the end of their line.</summary>
    private string Word(ref int at)
    {
        while (at < _content.Length && (char.IsWhiteSpace((char)_content[at]) || _content[at] == '#'))
        {
            if (_content[at] == '#')
            {
                while (at < _content.Length && _content[at] != '\n') at++;
            }
            else
            {
                at++;
            }
        }

        const int LongestWord = 10;
        int start = at;
        while (at < _content.Length && at - start < LongestWord && !char.IsWhiteSpace((char)_content[at])) at++;
        return Encoding.Latin1.GetString(_content.AsSpan(start, at - start));
    }

    private VideoException Error(string stage, string reason) => new(Name, stage, reason);
}
