using System.Text.Json;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>The folder of a training: what it was started with, its state, its log and its results.</summary>
internal sealed class RunFolder(string folder)
{
    private const string ArgumentsName = "run.json";
    private const string EventPattern = "events.out.tfevents.*";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    public string FullName { get; } = Path.GetFullPath(folder);

    /// <summary>The whole state after the last epoch, to go on from.</summary>
    public string State => this["state"];

    /// <summary>Decoded clips that did not fit in memory.</summary>
    public string Cache => this["cache"];

    public string Log => this["log.jsonl"];

    public string Recipe => this["recipe.json"];

    public string Weights => this["weights.safetensors"];

    public string Model => this["model.zip"];

    public string Curves => this["curves.png"];

    public string Confusion => this["confusion.png"];

    public string Report => this["report.md"];

    /// <summary>Whether a training was started here.</summary>
    public bool HoldsRun => Files().Any(File.Exists) || Directory.Exists(State);

    private string this[string name] => Path.Combine(FullName, name);

    /// <summary>What the training here was started with, by option.</summary>
    /// <exception cref="UsageException">None was.</exception>
    public IReadOnlyDictionary<string, string> ReadArguments()
    {
        string path = this[ArgumentsName];
        if (!File.Exists(path)) throw new UsageException($"--resume: {FullName} holds no training ({ArgumentsName} is not there).");
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path), s_json) ?? throw new InvalidDataException($"{path}: is null.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Writes what the training is started with.</summary>
    public void WriteArguments(IReadOnlyDictionary<string, string> arguments) => AtomicFile.WriteText(this[ArgumentsName], JsonSerializer.Serialize(arguments, s_json) + "\n");

    /// <summary>Takes away what a process that was killed had half written.</summary>
    public void ClearPartial()
    {
        if (!Directory.Exists(FullName)) return;
        foreach (string file in Directory.EnumerateFiles(FullName, "*" + AtomicFile.PartialExtension, SearchOption.AllDirectories)) File.Delete(file);
    }

    /// <summary>Takes away what another training left; other files stay.</summary>
    public void Clear()
    {
        if (!Directory.Exists(FullName)) return;
        foreach (string file in Files().Concat(Directory.EnumerateFiles(FullName, EventPattern)).Where(File.Exists)) File.Delete(file);
        foreach (string inner in new[] { State, Cache }.Where(Directory.Exists)) Directory.Delete(inner, recursive: true);
    }

    private IEnumerable<string> Files() => [this[ArgumentsName], Log, Recipe, Weights, Model, Curves, Confusion, Report];
}
