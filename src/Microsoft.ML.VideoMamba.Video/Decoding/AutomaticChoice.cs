namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Which backend the machine decides for, and why.</summary>
/// <param name="Backend">The backend.</param>
/// <param name="Reason">A line for a log.</param>
internal sealed record AutomaticChoice(VideoBackend Backend, string Reason)
{
    public static AutomaticChoice Make(IReadOnlyDictionary<VideoBackend, IVideoBackend> backends)
    {
        try
        {
            return new AutomaticChoice(VideoBackend.FFmpeg, $"Videos are decoded by {backends[VideoBackend.FFmpeg].Description}, which is installed on this machine.");
        }
        catch (DllNotFoundException e)
        {
            return new AutomaticChoice(VideoBackend.OpenCv, $"Videos are decoded by OpenCV, which is slower than FFmpeg and knows no AV1. {e.Message}");
        }
    }
}
