using System.Text;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>What loading a checkpoint did, by the tensors' plain names.</summary>
/// <param name="Loaded">Taken as they are, but for the element type.</param>
/// <param name="Adapted">Taken in another form, with the way it was done.</param>
/// <param name="Kept">Left in the model as they were, knowingly, with the reason.</param>
/// <param name="Dropped">In the checkpoint, of no use to the model and known to be, with the reason.</param>
/// <param name="Missing">In the model but not in the checkpoint; left as they were.</param>
/// <param name="Unexpected">In the checkpoint but not in the model.</param>
public sealed record LoadReport(
    IReadOnlyList<string> Loaded,
    IReadOnlyDictionary<string, string> Adapted,
    IReadOnlyDictionary<string, string> Kept,
    IReadOnlyDictionary<string, string> Dropped,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected)
{
    private const int MostNames = 12;

    /// <summary>One line a kind, the empty ones left out.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Loaded.Count} tensors loaded");
        Append("adapted", Adapted.Select(item => $"{item.Key} ({item.Value})"));
        Append("kept", Kept.Select(item => $"{item.Key} ({item.Value})"));
        Append("dropped", Dropped.Select(item => $"{item.Key} ({item.Value})"));
        Append("missing", Missing);
        Append("unexpected", Unexpected);
        return text.ToString();

        void Append(string kind, IEnumerable<string> names)
        {
            if (Shorten(names) is { Length: > 0 } list) text.Append('\n').Append(kind).Append(": ").Append(list);
        }
    }

    internal static string Shorten(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(MostNames)) + (all.Count > MostNames ? $" and {all.Count - MostNames} more" : "");
    }
}
