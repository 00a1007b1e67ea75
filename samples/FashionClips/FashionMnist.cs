using System.Buffers.Binary;
using System.IO.Compression;

/// <summary>Fashion-MNIST as it is published: gzipped IDX files of 28 x 28 grey pictures of ten kinds of clothing and shoes.</summary>
internal sealed class FashionMnist
{
    public const int Side = 28;

    private const uint ImagesMagic = 2051, LabelsMagic = 2049;

    private readonly byte[] _pixels;
    private readonly byte[] _labels;

    private FashionMnist(byte[] pixels, byte[] labels) => (_pixels, _labels) = (pixels, labels);

    public static IReadOnlyList<string> Names { get; } = ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public int Count => _labels.Length;

    /// <summary>Reads one part.</summary>
    /// <param name="folder">Where the four files are.</param>
    /// <param name="part">train or t10k.</param>
    public static FashionMnist Read(string folder, string part)
    {
        byte[] images = Unzip(Path.Combine(folder, $"{part}-images-idx3-ubyte.gz"), ImagesMagic, headerBytes: 16);
        byte[] labels = Unzip(Path.Combine(folder, $"{part}-labels-idx1-ubyte.gz"), LabelsMagic, headerBytes: 8);
        if (images.Length != labels.Length * Side * Side) throw new InvalidDataException($"{folder}: {images.Length} bytes of images are not {labels.Length} pictures of {Side} x {Side}.");
        return new FashionMnist(images, labels);
    }

    public int LabelOf(int index) => _labels[index];

    public ReadOnlySpan<byte> Image(int index) => _pixels.AsSpan(index * Side * Side, Side * Side);

    private static byte[] Unzip(string path, uint magic, int headerBytes)
    {
        using var bytes = new MemoryStream();
        using (var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress)) stream.CopyTo(bytes);
        byte[] all = bytes.ToArray();
        if (all.Length < headerBytes || BinaryPrimitives.ReadUInt32BigEndian(all) != magic) throw new InvalidDataException($"{path}: no IDX file of the kind that is expected.");
        return all[headerBytes..];
    }
}
