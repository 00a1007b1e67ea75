using Microsoft.ML.VideoMamba.Benchmarks.Networks;

namespace Microsoft.ML.VideoMamba.Benchmarks.Pipelines;

/// <summary>An ML.NET pipeline over decoded clips beside the same model called directly.</summary>
internal static class PipelinePairs
{
    public static void Run(NetworkPairs network, int clips, double seconds)
    {
        using var scored = new ScoredClips(network.Config, clips);
        new Pairing()
            .Add("called directly", scored.Directly)
            .Add("ML.NET prediction engine", scored.ByEngine)
            .Add("ML.NET data view", scored.AsView)
            .Run($"{network.Name}, {clips} clips one by one", seconds);
    }
}
