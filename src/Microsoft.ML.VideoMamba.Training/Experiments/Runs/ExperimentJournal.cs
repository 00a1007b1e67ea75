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
internal sealed class ExperimentJournal : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly FileStream _file;

    private ExperimentJournal(FileStream file, IReadOnlyList<JournalEntry> entries) => (_file, Entries) = (file, entries);

    /// <summary>What happened before; the first line is left out.</summary>
    public IReadOnlyList<JournalEntry> Entries { get; }

    /// <summary>Opens the journal of an experiment, or begins one. Nobody else can open it until it is disposed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">All that decides which trials there are.</param>
    /// <param name="resume">Whether to go on with a journal that is there.</param>
    /// <exception cref="ExperimentException">It is damaged, another experiment's, not to be gone on with, or open elsewhere.</exception>
    public static ExperimentJournal Open(string path, IReadOnlyDictionary<string, string> settings, bool resume)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error)
        {
            throw new ExperimentException($"{path} cannot be opened, perhaps because the experiment runs already: {error.Message}", error);
        }

        try
        {
            var entries = Read(file, path);
            if (entries.Count == 0) return Begin(file, settings);
            if (!resume) throw new ExperimentException($"{path} is the journal of an experiment: resume it, or choose another folder.");
            if (entries[0] is not ExperimentBegun begun) throw new ExperimentException($"{path}, line 1: does not say which experiment it is of.");
            if (RunSettings.Difference(begun.Settings, settings) is { } difference) throw new ExperimentException($"{path} is the journal of another experiment: {difference}. Go on with the same settings, or choose another folder.");
            return new ExperimentJournal(file, entries[1..]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
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

    public void Dispose() => _file.Dispose();

    private static ExperimentJournal Begin(FileStream file, IReadOnlyDictionary<string, string> settings)
    {
        var journal = new ExperimentJournal(file, []);
        journal.Append(new ExperimentBegun(settings));
        return journal;
    }

    /// <summary>The whole lines; the file is cut off behind them.</summary>
    private static List<JournalEntry> Read(FileStream file, string path)
    {
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        file.SetLength(whole);
        file.Position = whole;
        string[] lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select((line, index) => Parse(line, $"{path}, line {index + 1}"))];
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
