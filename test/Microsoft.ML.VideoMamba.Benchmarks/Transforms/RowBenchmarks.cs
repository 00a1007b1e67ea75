using BenchmarkDotNet.Attributes;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Benchmarks.Transforms;

/// <summary>The transforms' two steps on one frame, with vectors of every width: those that the machine lacks run in emulation.</summary>
public class RowBenchmarks
{
    private const int Height = 256, Width = 340, NewHeight = 224, NewWidth = 297;

    private readonly byte[] _frame = new byte[Height * Width * 3], _resized = new byte[NewHeight * NewWidth * 3];
    private readonly float[] _planes = new float[NewHeight * NewWidth * 3];
    private BilinearResizer _resizer = null!;

    /// <summary>Bits of a vector; 0 is the scalar code.</summary>
    [Params(0, 128, 256, 512)]
    public int Bits { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        new Random(1).NextBytes(_frame);
        _resizer = new BilinearResizer(Height, Width, NewHeight, NewWidth, vectors: (VectorWidth)Bits);
    }

    [Benchmark]
    public void Resize() => _resizer.Resize(_frame, _resized);

    [Benchmark]
    public void Normalize()
    {
        int plane = NewHeight * NewWidth;
        PixelNormalization.ImageNet.Write(_resized, _planes.AsSpan(0, plane), _planes.AsSpan(plane, plane), _planes.AsSpan(2 * plane), (VectorWidth)Bits);
    }
}
