namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Moves values stored channel by channel into vectors with channels across the lanes, and back.</summary>
internal static unsafe class ChannelLanes
{
    /// <summary>Number of vectors that hold <paramref name="channels"/>.</summary>
    public static int Blocks(int channels, int lanes) => (channels + lanes - 1) / lanes;

    /// <summary>From (channels, n) to (block, padded n, lane); what has no source is left alone.</summary>
    public static void Pack(float* source, int channels, int n, int paddedN, int lanes, float* destination)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            float* lane = destination + channel / lanes * paddedN * lanes + channel % lanes;
            for (int i = 0; i < n; i++) lane[i * lanes] = source[channel * n + i];
        }
    }

    /// <summary>From (block, padded n, lane) to (channels, n).</summary>
    public static void Unpack(float* source, int channels, int n, int paddedN, int lanes, float* destination)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            float* lane = source + channel / lanes * paddedN * lanes + channel % lanes;
            for (int i = 0; i < n; i++) destination[channel * n + i] = lane[i * lanes];
        }
    }
}
