using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>The backends that a test is run on. FFmpeg's are skipped where they are not installed, unless <c>VIDEOMAMBA_REQUIRE_FFMPEG=1</c> makes that a failure.</summary>
internal static class Backends
{
    public static IEnumerable<object[]> All => Enum.GetValues<VideoBackend>().Where(backend => backend != VideoBackend.Auto).Select(backend => new object[] { backend });

    /// <summary>Every backend with every one of the values.</summary>
    public static IEnumerable<object[]> With(params object[][] rows) => All.SelectMany(_ => rows, (backend, row) => (object[])[.. backend, .. row]);

    /// <summary>Options that force a backend.</summary>
    public static VideoDecoderOptions Options(VideoBackend backend)
    {
        Require(backend);
        return new VideoDecoderOptions { Backend = backend };
    }

    /// <summary>Skips the test where a backend is absent.</summary>
    public static void Require(VideoBackend backend)
    {
        try
        {
            VideoDecoder.Describe(backend);
        }
        catch (DllNotFoundException e) when (backend != VideoBackend.OpenCv)
        {
            if (Environment.GetEnvironmentVariable("VIDEOMAMBA_REQUIRE_FFMPEG") == "1") Assert.Fail($"VIDEOMAMBA_REQUIRE_FFMPEG is 1, but: {e.Message}");
            Assert.Inconclusive(e.Message);
        }
    }
}
