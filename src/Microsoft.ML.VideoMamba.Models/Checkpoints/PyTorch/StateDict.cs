namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>Finds the state dict in what a pickle holds: the outer dict itself, or one of its values.</summary>
internal static class StateDict
{
    /// <summary>Where published files and training loops put it, in the order in which they are tried.</summary>
    private static readonly string[] s_roots = ["model", "module", "state_dict"];

    private const int MostAlternatives = 16;

    /// <summary>The tensors of the state dict under <paramref name="root"/>, or of the first one found. Values that are no tensors are left out.</summary>
    public static IReadOnlyList<CheckpointTensor> Read(CheckpointSource source, object? pickle, string? root, long maxTensorBytes, Func<PickledStorage, StorageRegion> locate)
    {
        if (pickle is not PickledDictionary outer) throw source.Refuse(null, "holds no state dict: its pickle is not a dictionary");
        var regions = new Dictionary<PickledStorage, StorageRegion>(ReferenceEqualityComparer.Instance);
        var tensors = new List<CheckpointTensor>();
        foreach (var (key, value) in (root is null ? Find(source, outer) : Find(source, outer, root)).Items)
        {
            if (value is not PickledTensor tensor) continue;
            if (key is not string name) throw source.Refuse(null, "its state dict names a tensor by other than a string");
            if (!regions.TryGetValue(tensor.Storage, out var region)) regions.Add(tensor.Storage, region = locate(tensor.Storage));
            tensors.Add(tensor.Named(name, region));
            // A pickle may give one tensor any number of names without describing it again.
            maxTensorBytes -= tensors[^1].ByteCount;
            if (maxTensorBytes < 0) throw source.Refuse(name, "the tensors up to this one are far larger than the file");
        }

        return tensors;
    }

    private static PickledDictionary Find(CheckpointSource source, PickledDictionary outer)
    {
        foreach (string root in s_roots)
        {
            if (outer[root] is PickledDictionary { HoldsTensors: true } found) return found;
        }

        return outer.HoldsTensors ? outer : throw source.Refuse(null, $"holds no tensors at its top or under {string.Join(", ", s_roots)}{Alternatives(outer)}");
    }

    private static PickledDictionary Find(CheckpointSource source, PickledDictionary outer, string root) =>
        outer[root] is PickledDictionary { HoldsTensors: true } found ? found : throw source.Refuse(null, $"holds no state dict under '{root}'{Alternatives(outer)}");

    private static string Alternatives(PickledDictionary outer)
    {
        var names = outer.Items.Take(MostAlternatives).Where(item => item is { Key: string, Value: PickledDictionary { HoldsTensors: true } }).Select(item => $"'{item.Key}'").ToList();
        return names.Count > 0 ? $"; there is one under {string.Join(", ", names)}" : "";
    }
}
