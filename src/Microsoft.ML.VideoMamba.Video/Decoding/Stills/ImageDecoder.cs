using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.Stills;

/// <summary>Image files as the frames of a clip, all of the first one's size. EXIF orientation is applied, 16 bits and alpha are reduced to RGB.</summary>
internal sealed class ImageDecoder : IVideoDecoder
{
    private readonly string[] _files;
    private readonly VideoDecoderOptions _options;
    private Mat _image;
    private bool _ended;

    public ImageDecoder(string name, string[] files, VideoDecoderOptions options)
    {
        Backend = OpenCvRuntime.Load().Description;
        (Name, _files, _options) = (name, files, options);
        _image = Read(files[0]);
        (Width, Height) = (_image.Width, _image.Height);
    }

    public string Name { get; }

    public string Backend { get; }

    public string Codec => Path.GetExtension(_files[0])[1..].ToLowerInvariant();

    public int Width { get; }

    public int Height { get; }

    public int Rotation => 0;

    public double FramesPerSecond => 0;

    public int? FrameCountHint => _files.Length;

    public int Position { get; private set; } = -1;

    public double Timestamp => Position;

    public int Gaps => 0;

    public bool MoveNext()
    {
        if (Position + 1 == _files.Length)
        {
            _ended = true;
            return false;
        }

        Position++;
        if (Position == 0) return true;
        _image.Dispose();
        _image = Read(_files[Position]);
        if (_image.Width == Width && _image.Height == Height) return true;
        throw new VideoException(_files[Position], "decode", $"the frame is {_image.Width} x {_image.Height}, but the first one of its folder is {Width} x {Height}");
    }

    public void CopyTo(Span<byte> rgb)
    {
        if (_ended || Position < 0) throw new InvalidOperationException("There is no current frame.");
        RgbConversion.Write(_image, rgb, Height, Width);
    }

    public void Dispose() => _image.Dispose();

    /// <summary>By bytes and not by name: on Windows OpenCV opens only names of the system's code page.</summary>
    private Mat Read(string file)
    {
        var image = Decode(file);
        if (image.Empty())
        {
            image.Dispose();
            throw new VideoException(file, "decode", "not a readable image");
        }

        if ((long)image.Width * image.Height <= _options.MaxPixels) return image;
        string size = $"{image.Width} x {image.Height}";
        image.Dispose();
        throw new VideoException(file, "header", $"{size} exceeds the limit of {_options.MaxPixels} pixels");
    }

    private static Mat Decode(string file)
    {
        try
        {
            byte[] content = File.ReadAllBytes(file);
            return content.Length == 0 ? throw new VideoException(file, "open", "the file is empty") : Cv2.ImDecode(content, ImreadModes.Color);
        }
        catch (OpenCVException e)
        {
            throw new VideoException(file, "decode", $"not a readable image: {e.Message}", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not VideoException))
        {
            throw new VideoException(file, "open", $"the file cannot be read: {e.Message}", e);
        }
    }
}
