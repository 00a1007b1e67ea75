using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>The folder of a training: what it was started with, its state, its log and its results.</summary>
internal sealed class RunFolder(string folder)
{
    private const string EventPattern = "events.out.tfevents.*", VerbKey = "verb";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string FullName { get; } = File.Exists(folder) ? throw new UsageException($"--output: {folder} is a file; name a folder.") : Path.GetFullPath(folder);

    /// <summary>The whole state after the last epoch, to go on from.</summary>
    public string State => this["state"];

    /// <summary>Decoded clips that did not fit in memory.</summary>
    public string Cache => this["decoded-clips"];

    public string Log => this["log.jsonl"];

    public string Recipe => this["recipe.json"];

    public string Weights => this["weights.safetensors"];

    public string Model => this["model.zip"];

    public string Curves => this["curves.png"];

    public string Confusion => this["confusion.png"];

    public string Report => this["report.md"];

    private string Arguments => this["run.json"];

    private string Lock => this["run.lock"];

    private string this[string name] => Path.Combine(FullName, name);

    /// <summary>Checks that a training may begin here: nothing is ever replaced that is none of its own.</summary>
    /// <param name="force">Whether a training that is here may be replaced.</param>
    /// <exception cref="UsageException">It may not; the message says why.</exception>
    public void CheckFree(bool force)
    {
        if (new ExperimentFolder(FullName) is { HoldsExperiment: true }) throw new UsageException($"{FullName} holds an experiment: name another folder.");
        if (!File.Exists(Arguments) && Results.Append(Recipe).FirstOrDefault(IsThere) is { } foreign) throw new UsageException($"{FullName} holds {Path.GetFileName(foreign)}, which is no training's and would be replaced: name another folder.");
        if (!force && File.Exists(Arguments) && Results.Any(IsThere)) throw new UsageException($"{FullName} holds a run: --resume goes on with it, --force replaces it, or name another folder.");
    }

    /// <summary>Takes the folder for this process alone, until what is returned is disposed.</summary>
    /// <exception cref="IOException">Another process trains there, or the folder cannot be written to.</exception>
    public IDisposable Hold()
    {
        try
        {
            Directory.CreateDirectory(FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--output: {FullName} cannot be made: {error.Message}", error);
        }

        try
        {
            return new FileStream(Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (IOException error)
        {
            throw new IOException($"{FullName} cannot be used, perhaps because a training runs there already: {error.Message}", error);
        }
    }

    /// <summary>Whether a verb was started here.</summary>
    public bool HoldsArguments => File.Exists(Arguments);

    /// <summary>What the verb here was started with, by option.</summary>
    /// <param name="verb">The verb that is to go on.</param>
    /// <exception cref="UsageException">None was started, or another verb.</exception>
    public IReadOnlyDictionary<string, string> ReadArguments(string verb)
    {
        if (!HoldsArguments) throw new UsageException($"--resume: {FullName} holds nothing to go on with ({Path.GetFileName(Arguments)} is not there).");
        try
        {
            var arguments = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Arguments), s_json) ?? throw new InvalidDataException($"{Arguments}: is null.");
            // Files of versions that did not note the verb are trusted.
            if (arguments.Remove(VerbKey, out string? started) && started != verb) throw new UsageException($"--resume: {FullName} was started by {started}: videomamba {started} goes on with it.");
            return arguments;
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{Arguments}: {error.Message}", error);
        }
    }

    /// <summary>Writes what a verb is started with.</summary>
    public void WriteArguments(string verb, IReadOnlyDictionary<string, string> arguments) =>
        AtomicFile.WriteText(Arguments, JsonSerializer.Serialize(new Dictionary<string, string>(arguments.Prepend(new(VerbKey, verb))), s_json) + "\n");

    /// <summary>Takes away what a process that was killed had half written.</summary>
    public void ClearPartial()
    {
        foreach (string file in Files) AtomicFile.DeletePartial(file);
    }

    /// <summary>Takes away what another training left; other files stay.</summary>
    public void Clear()
    {
        ClearPartial();
        foreach (string file in Files.Concat(Directory.EnumerateFiles(FullName, EventPattern)).Where(File.Exists)) File.Delete(file);
        TrainingRun.DeleteState(State);
        ClipCache.Delete(Cache);
    }

    /// <summary>A file, or a folder with something in it: a training makes its state's folder before there is a state.</summary>
    private static bool IsThere(string path) => File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());

    /// <summary>What a training leaves once it learned something.</summary>
    private IEnumerable<string> Results => [State, Log, Weights, Model, Curves, Confusion, Report];

    /// <summary>What it was started with goes last: without it the others would be nobody's.</summary>
    private IEnumerable<string> Files => [Log, Weights, Model, Curves, Confusion, Report, Recipe, Arguments];
}
