using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>
/// NumPy's format, version 1.0: float32, little-endian, C order, (n, d) for vectors and (n, frames, d) for several a clip. The paths lie beside it,
/// a line each, in a file of the same name with .txt appended.
/// </summary>
internal sealed class NpyFile : IEmbeddingFile
{
    /// <summary>Magic, version, length and the description: room for any shape, a multiple of 64 as the format asks.</summary>
    private const int HeaderSize = 128;

    private readonly AtomicFile _file;
    private readonly AtomicFile _paths;
    private readonly StreamWriter _pathWriter;
    private int[]? _shape;
    private long _rows;

    public NpyFile(string path)
    {
        _file = new AtomicFile(path);
        _paths = new AtomicFile(path + ".txt");
        _pathWriter = new StreamWriter(_paths.Stream, leaveOpen: true) { NewLine = "\n" };
        _file.Stream.Write(new byte[HeaderSize]);
    }

    public void Add(Embedding embedding)
    {
        _shape ??= embedding.Shape;
        if (!_shape.SequenceEqual(embedding.Shape))
        {
            throw new InvalidDataException($"{embedding.Path}: its embedding has shape ({string.Join(", ", embedding.Shape)}), the ones before it ({string.Join(", ", _shape)}): one array cannot hold both.");
        }

        _file.Stream.Write(MemoryMarshal.AsBytes<float>(embedding.Values));
        _pathWriter.WriteLine(embedding.Path);
        _rows++;
    }

    public async Task CompleteAsync()
    {
        _file.Stream.Position = 0;
        _file.Stream.Write(Header([_rows, .. (_shape ?? [0]).Select(size => (long)size)]));
        await _pathWriter.FlushAsync().ConfigureAwait(false);
        _file.Complete();
        _paths.Complete();
    }

    public void Dispose()
    {
        _file.Dispose();
        _paths.Dispose();
    }

    private static byte[] Header(long[] shape)
    {
        byte[] prefix = [0x93, .. "NUMPY"u8, 1, 0, HeaderSize - 10, 0];
        string text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape)}), }}";
        return [.. prefix, .. Encoding.ASCII.GetBytes(text.PadRight(HeaderSize - 10 - 1) + "\n")];
    }
}
