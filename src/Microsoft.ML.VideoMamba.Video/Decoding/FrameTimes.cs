namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Times of frames that can be relied on to rise.</summary>
public static class FrameTimes
{
    /// <summary>
    /// The container's own times if they rise strictly over all frames given; else the frame's number by the frame rate, if that lies between 1 and 1000;
    /// else the frame's number. Several containers (raw H.264, MPEG-1, AVI with B-frames) give zeros or times that fall back.
    /// </summary>
    /// <param name="timestamps">What the decoder gave for frames 0, 1, 2 ..., in seconds.</param>
    /// <param name="framesPerSecond">The header's frame rate.</param>
    /// <returns>One rising time for each frame, in seconds (in frames in the last case).</returns>
    public static double[] Mend(IReadOnlyList<double> timestamps, double framesPerSecond)
    {
        ArgumentNullException.ThrowIfNull(timestamps);
        if (Rise(timestamps)) return [.. timestamps];
        double step = framesPerSecond is >= 1 and <= 1000 ? 1 / framesPerSecond : 1;
        return [.. Enumerable.Range(0, timestamps.Count).Select(index => index * step)];
    }

    /// <summary>Whether times are finite and each is above the one before.</summary>
    internal static bool Rise(IReadOnlyList<double> timestamps)
    {
        for (int i = 1; i < timestamps.Count; i++)
        {
            if (!(timestamps[i] > timestamps[i - 1])) return false;
        }

        return timestamps.All(double.IsFinite);
    }
}
