using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.VideoMamba.Training.Runs;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>
/// What happened in an experiment, a JSON object a line, each written through to the disk before the experiment goes on. A line that a killed process left unfinished
/// is cut off: what it would have told is done again.
/// </summary>
internal sealed class ExperimentJournal
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>How each line begins.</summary>
    private static ReadOnlySpan<byte> LineStart => "{\"event\":\""u8;

    private readonly FileStream _file;

    private ExperimentJournal(FileStream file, IReadOnlyList<JournalEntry> entries) => (_file, Entries) = (file, entries);

    /// <summary>What happened before; the first line is left out.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>Seconds that were used before.</summary>
    public double Elapsed => Entries.Count > 0 ? Entries[^1].Elapsed : 0;

    /// <summary>Folds that epochs were measured on; null before the first.</summary>
    public int? Folds => Entries.OfType<EpochDone>().FirstOrDefault()?.Folds.Count;

    /// <summary>Reads the journal of an experiment, or begins one.</summary>
    /// <param name="file">The file, open for this process alone; it stays the caller's.</param>
    /// <param name="settings">What decides which trials there are.</param>
    /// <param name="areAll">Whether that is all of it; else what is not among them may be anything.</param>
    /// <exception cref="ExperimentException">It is damaged, or another experiment's. The file is then as it was.</exception>
    public static ExperimentJournal Open(FileStream file, IReadOnlyDictionary<string, string> settings, bool areAll)
    {
        string path = file.Name;
        var entries = Read(file, path);
        if (entries.Count == 0) return Begin(file, settings);
        if (entries[0] is not ExperimentBegun begun) throw new ExperimentException($"{path}, line 1: does not say which experiment it is of.");
        var before = areAll ? begun.Settings : begun.Settings.Where(setting => settings.ContainsKey(setting.Key)).ToDictionary();
        if (RunSettings.Difference(before, settings) is { } difference) throw new ExperimentException($"{path} is the journal of another experiment: {difference}. Go on with the same settings, or choose another folder.");
        return new ExperimentJournal(file, entries[1..]);
    }

    /// <summary>Adds a line.</summary>
    /// <exception cref="IOException">It cannot be written; the lines before are still there.</exception>
    public void Append(JournalEntry entry)
    {
        long before = _file.Position;
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, s_json) + "\n"));
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _file.SetLength(before);
            throw;
        }
    }

    private static ExperimentJournal Begin(FileStream file, IReadOnlyDictionary<string, string> settings)
    {
        var journal = new ExperimentJournal(file, []);
        journal.Append(new ExperimentBegun(settings));
        return journal;
    }

    /// <summary>The whole lines; the file is cut off behind them, once it is known to be a journal.</summary>
    private static List<JournalEntry> Read(FileStream file, string path)
    {
        byte[] bytes = new byte[file.Length];
        file.Position = 0;
        file.ReadExactly(bytes);
        int whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        string[] lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<JournalEntry> entries = [.. lines.Select((line, index) => Parse(line, $"{path}, line {index + 1}"))];
        if (entries.Count == 0 && bytes.AsSpan().CommonPrefixLength(LineStart) < Math.Min(bytes.Length, LineStart.Length)) throw new ExperimentException($"{path}, line 1: is no line of a journal.");
        file.SetLength(whole);
        file.Position = whole;
        return entries;
    }

    private static JournalEntry Parse(string line, string place)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, s_json) ?? throw new ExperimentException($"{place}: is null.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new ExperimentException($"{place}: is no line of a journal: {error.Message}", error);
        }
    }
}
