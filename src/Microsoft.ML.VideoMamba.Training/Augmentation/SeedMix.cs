namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Makes seeds of seeds: a generator for each clip of each epoch, so that draws do not depend on which thread comes first.</summary>
internal static class SeedMix
{
    /// <summary>A seed that differs for each combination of parts, the same on every machine.</summary>
    public static int Of(params ReadOnlySpan<int> parts)
    {
        ulong state = 0x9E3779B97F4A7C15;
        foreach (int part in parts) state = Scramble(state ^ (uint)part);
        return (int)(state >> 33);
    }

    // The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
    private static ulong Scramble(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
