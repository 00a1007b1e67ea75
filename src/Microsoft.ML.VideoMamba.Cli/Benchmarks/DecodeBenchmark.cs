using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>Reading clips from video files, several at once as training does: decoding to the end, keeping a number of frames.</summary>
internal sealed class DecodeBenchmark : IBenchmark
{
    private readonly BenchOptions _options;
    private readonly RenderedVideo _video;
    private readonly string[] _paths;
    private readonly SparseSampler _sampler;
    private readonly ClipReader _reader = new();

    public DecodeBenchmark(BenchOptions options)
    {
        _options = options;
        _sampler = new SparseSampler(options.Config.Frames);
        _video = new RenderedVideo(options.Config.Height, options.Config.Width);
        _paths = [.. Enumerable.Repeat(_video.Path, options.Batch)];
    }

    public int Clips => _options.Batch;

    public LeastWork Least => new(_options.Batch * (double)RenderedVideo.Frames * _options.Config.Height * _options.Config.Width * 3);

    public void Run()
    {
        foreach (var _ in _reader.Read(_paths, (_, length) => [_sampler.Validation(length)]))
        {
            // Each result is dropped as a batch would drop it.
        }
    }

    public void Dispose() => _video.Dispose();
}
