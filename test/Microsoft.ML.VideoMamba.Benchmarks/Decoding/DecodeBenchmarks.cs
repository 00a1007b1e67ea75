using BenchmarkDotNet.Attributes;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Benchmarks.Decoding;

/// <summary>16 frames spread over a clip, on each backend: as when a file is read for the first time, and as in every epoch after it.</summary>
[MemoryDiagnoser]
public class DecodeBenchmarks
{
    private readonly SparseSampler _sampler = new(16);

    [Params("plant-short.mp4", "coin.mov", "ocean.webm", "dog-phone-1080p.mp4")]
    public string File { get; set; } = "";

    [Params(VideoBackend.OpenCv, VideoBackend.FFmpeg, VideoBackend.FFmpegPipe)]
    public VideoBackend Backend { get; set; }

    private VideoDecoderOptions Options => new() { Backend = Backend, MaxShortSide = 224 };

    private string MediaPath => Path.Combine(RepositoryPaths.Media, File);

    [Benchmark]
    public VideoClip Read() => VideoReader.Read(MediaPath, _sampler.Validation, Options);

    [Benchmark]
    public VideoInfo DecodeAll() => VideoReader.Probe(MediaPath, Options);
}
