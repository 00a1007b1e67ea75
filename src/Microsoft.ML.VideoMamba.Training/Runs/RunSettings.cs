using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.VideoMamba.Models;

namespace Microsoft.ML.VideoMamba.Training.Runs;

/// <summary>All that decides a training's losses, by name. Where it runs, with how many threads and when it gives up do not.</summary>
internal static class RunSettings
{
    private static readonly HashSet<string> s_free =
    [
        nameof(TrainingOptions.Device), nameof(TrainingOptions.Workers), nameof(TrainingOptions.EarlyStoppingPatience), nameof(TrainingOptions.StateFolder), nameof(TrainingOptions.Resume),
        nameof(TrainingOptions.StateInterval), nameof(TrainingOptions.PauseAfter),
    ];

    public static IReadOnlyDictionary<string, string> Of(VideoMambaConfig config, TrainingOptions options, ITrainingSet training, ITrainingSet? validation)
    {
        var settings = SettingsText.Of(config).ToDictionary(setting => "network." + setting.Key, setting => setting.Value);
        foreach (var (name, value) in SettingsText.Of(options).Where(setting => !s_free.Contains(setting.Key))) settings[name] = value;
        settings["training set"] = Describe(training);
        if (validation is not null) settings["validation set"] = Describe(validation);
        return settings;
    }

    /// <summary>What differs, for an error message; null if nothing does.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> now)
    {
        var differences = before.Keys.Union(now.Keys)
            .Where(name => before.GetValueOrDefault(name) != now.GetValueOrDefault(name))
            .Select(name => $"{name} was {before.GetValueOrDefault(name, "not set")}, now it is {now.GetValueOrDefault(name, "not set")}")
            .ToList();
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }

    /// <summary>Counts, labels and names: the same set of clips in the same order has the same text.</summary>
    public static string Describe(ITrainingSet set)
    {
        string[] names = [.. Enumerable.Range(0, set.Count).Select(set.IdOf).OfType<string>()];
        string labels = Hash(Enumerable.Range(0, set.Count).Select(index => MemoryMarshal.AsBytes<TrainingLabel>([set.LabelOf(index)]).ToArray()));
        return string.Create(CultureInfo.InvariantCulture, $"{set.Count} clips{Classes(set)}, labels {labels}{(names.Length > 0 ? $", names {Hash(names.Select(name => Encoding.UTF8.GetBytes(name + "\n")))}" : "")}");
    }

    /// <summary>How many clips there are of each class, where that is not a page: a person sees what changed.</summary>
    private static string Classes(ITrainingSet set)
    {
        const int MostListed = 20;
        var counts = Enumerable.Range(0, set.Count).CountBy(index => set.LabelOf(index).ClassIndex).OrderBy(count => count.Key).ToList();
        return counts.Count is > 1 and <= MostListed ? $" ({string.Join(", ", counts.Select(count => $"{count.Value} of class {count.Key}"))})" : "";
    }

    private static string Hash(IEnumerable<byte[]> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] part in parts) hash.AppendData(part);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }
}
