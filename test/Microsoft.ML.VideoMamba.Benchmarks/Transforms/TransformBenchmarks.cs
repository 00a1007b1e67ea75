using BenchmarkDotNet.Attributes;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Benchmarks.Transforms;

/// <summary>From decoded frames to a network's input, 16 frames to 224 x 224.</summary>
[MemoryDiagnoser]
public class TransformBenchmarks
{
    private const int Frames = 16, Side = 224;

    private readonly ClipTransform _center = ClipTransform.Test(Side, 1), _three = ClipTransform.Test(Side, 3);
    private readonly float[] _views = new float[3 * 3 * Frames * Side * Side];
    private VideoClip _clip = null!;

    /// <summary>The size of the decoded frames.</summary>
    [Params("340x256", "1280x720", "1920x1080")]
    public string Size { get; set; } = "";

    [GlobalSetup]
    public void MakeClip()
    {
        int[] sides = [.. Size.Split('x').Select(int.Parse)];
        var frames = new ReadOnlyMemory<byte>[Frames];
        for (int t = 0; t < Frames; t++)
        {
            byte[] frame = new byte[sides[0] * sides[1] * 3];
            new Random(t).NextBytes(frame);
            frames[t] = frame;
        }

        _clip = new VideoClip("made", sides[1], sides[0], frames);
    }

    [Benchmark]
    public void CenterView() => _center.Apply(_clip, _views.AsSpan(0, _views.Length / 3));

    [Benchmark]
    public void ThreeViews() => _three.Apply(_clip, _views);
}
