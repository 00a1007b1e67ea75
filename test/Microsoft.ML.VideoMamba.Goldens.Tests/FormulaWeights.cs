using System.Text;

namespace Microsoft.ML.VideoMamba.Goldens.Tests;

/// <summary>The weights and inputs of full-size cases, made by the README's formula from a salt and each tensor's name, so that nothing large is stored.</summary>
internal sealed class FormulaWeights(string salt, int stateSize)
{
    /// <summary>The values of a tensor in row-major order.</summary>
    public float[] Tensor(string name, IReadOnlyList<long> shape)
    {
        long count = shape.Aggregate(1L, (product, size) => product * size);
        var (centre, scale) = Distribution(name, count, shape.Count > 0 ? shape[0] : 1);
        uint hash = Fnv1a(salt + "/" + name);
        bool isALog = Last(name) is "A_log" or "A_b_log";
        var values = new float[count];
        Parallel.For(0, (count + 65535) / 65536, block =>
        {
            for (long i = block * 65536; i < Math.Min(count, (block + 1) * 65536); i++)
            {
                values[i] = (float)((isALog ? Math.Log(1 + i % stateSize) : centre) + scale * Uniform(hash, i));
            }
        });
        return values;
    }

    private static (double Centre, double Scale) Distribution(string name, long count, long first)
    {
        double fanIn = (double)count / first;
        return Last(name) switch
        {
            "input" => (0, 1.7),
            "A_log" or "A_b_log" => (0, 0.1),
            "D" or "D_b" => (1, 0.1),
            "cls_token" or "pos_embed" or "temporal_pos_embedding" => (0, 0.2),
            "bias" => Owner(name) is "dt_proj" or "dt_proj_b" ? (-3, 1.5) : (0, 0.2),
            "weight" when Owner(name) is "norm" or "norm_f" => (1, 0.1),
            "weight" when Owner(name) == "out_proj" => (0, 0.5 * Math.Sqrt(3 / fanIn)),
            _ => (0, Math.Sqrt(3 / fanIn)),
        };
    }

    private static string Last(string name) => name.Split('.')[^1];

    private static string Owner(string name) => name.Split('.') is { Length: > 1 } parts ? parts[^2] : "";

    private static uint Fnv1a(string text) => Encoding.UTF8.GetBytes(text).Aggregate(2166136261u, (hash, value) => unchecked((hash ^ value) * 16777619u));

    // In [-1, 1).
    private static double Uniform(uint hash, long i)
    {
        unchecked
        {
            uint h = hash + (uint)i * 2654435769u;
            h = (h ^ (h >> 16)) * 2246822507u;
            h = (h ^ (h >> 13)) * 3266489909u;
            h ^= h >> 16;
            return 2.0 * h / 4294967296.0 - 1.0;
        }
    }
}
