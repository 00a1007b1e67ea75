using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Runs;

/// <summary>
/// A training's state on disk: <c>last.safetensors</c>, everything that the next step depends on (values, both moments, moving average, by parameter) with a <see cref="RunRecord"/>
/// in its header, and <c>best-N.safetensors</c>, the weights of the best epoch N. Draws need no place: each epoch's come of the seed and its number. A file is
/// written beside its place and renamed, the last state after the best weights that it names: whenever the process ends, the state is that of a whole epoch.
/// </summary>
internal sealed partial class StateFolder
{
    private const string RecordKey = "videomamba.run", LastName = "last.safetensors";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private int _storedBest;

    /// <param name="folder">Made if it is not there. What a process that was killed had half written is taken away.</param>
    /// <param name="settings">From <see cref="RunSettings"/>.</param>
    public StateFolder(string folder, IReadOnlyDictionary<string, string> settings)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _settings = settings;
        foreach (string partial in FilesOf(_folder, Partial())) File.Delete(partial);
    }

    /// <summary>Takes away the state that a folder holds, and the folder if nothing else is in it.</summary>
    public static void Delete(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (string file in FilesOf(folder, Last()).Concat(FilesOf(folder, Best())).Concat(FilesOf(folder, Partial()))) File.Delete(file);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>Whether there is a state to go on from.</summary>
    public bool HoldsState => File.Exists(LastPath);

    private string LastPath => Path.Combine(_folder, LastName);

    /// <summary>Writes the state after an epoch.</summary>
    /// <exception cref="CheckpointException">A file cannot be written; the state before is still there.</exception>
    public void Save(Learner learner, IReadOnlyList<EpochMetrics> epochs, BestWeights best)
    {
        using var scope = NewDisposeScope();
        var record = new RunRecord(_settings, learner.Steps, epochs, best.Epoch!.Epoch);
        var metadata = new Dictionary<string, string> { ["format"] = "pt", [RecordKey] = JsonSerializer.Serialize(record, s_json) };
        string bestPath = BestPath(record.Best);
        if (_storedBest != record.Best) CheckpointWriter.Save(bestPath, learner.Parameters.Split(best.Values!), metadata);
        _storedBest = record.Best;
        CheckpointWriter.Save(LastPath, learner.State(), metadata);
        foreach (string older in FilesOf(_folder, Best()).Where(file => file != bestPath)) File.Delete(older);
    }

    /// <summary>Puts the state back.</summary>
    /// <returns>The finished epochs.</returns>
    /// <exception cref="CheckpointException">A file is damaged.</exception>
    /// <exception cref="ArgumentException">The state is of another training; the message says what differs.</exception>
    public IReadOnlyList<EpochMetrics> Load(Learner learner, BestWeights best)
    {
        using var scope = NewDisposeScope();
        using var last = Checkpoint.Open(LastPath);
        var record = ReadRecord(last);
        if (RunSettings.Difference(record.Settings, _settings) is { } difference) throw new ArgumentException($"{LastPath} is the state of another training: {difference}.");
        Fill(last, learner.State());
        if (record.Best > 0) LoadBest(learner, record, best);
        learner.Resume(record.Steps);
        return record.Epochs;
    }

    private void LoadBest(Learner learner, RunRecord record, BestWeights best)
    {
        using var file = Checkpoint.Open(BestPath(record.Best));
        using var values = zeros_like(learner.Parameters.Values, device: CPU);
        Fill(file, learner.Parameters.Split(values));
        best.Take(record.Epochs[record.Best - 1], values);
        _storedBest = record.Best;
    }

    private static void Fill(Checkpoint file, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var noGradients = no_grad();
        foreach (var (name, tensor) in tensors)
        {
            using var scope = NewDisposeScope();
            if (!file.TryGet(name, out var stored)) throw new CheckpointException(file.Path, name, "is not there");
            if (!stored.Shape.SequenceEqual(tensor.shape)) throw new CheckpointException(file.Path, name, $"has shape ({string.Join(", ", stored.Shape)}), not ({string.Join(", ", tensor.shape)})");
            tensor.copy_(file.Read(name));
        }
    }

    private static RunRecord ReadRecord(Checkpoint file)
    {
        if (!file.Metadata.TryGetValue(RecordKey, out string? json)) throw new CheckpointException(file.Path, RecordKey, "is not there: the file is no state of a training");
        try
        {
            var record = JsonSerializer.Deserialize<RunRecord>(json, s_json);
            return record is { Version: 1, Settings: not null, Epochs: not null } && record.Best >= 0 && record.Best <= record.Epochs.Count
                ? record
                : throw new CheckpointException(file.Path, RecordKey, "is not of this version");
        }
        catch (JsonException error)
        {
            throw new CheckpointException(file.Path, RecordKey, $"cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<string> FilesOf(string folder, Regex name) => Directory.EnumerateFiles(folder).Where(file => name.IsMatch(Path.GetFileName(file)));

    [GeneratedRegex(@"^last\.safetensors$")]
    private static partial Regex Last();

    [GeneratedRegex(@"^best-\d+\.safetensors$")]
    private static partial Regex Best();

    /// <summary>What a process that was killed had half written of either.</summary>
    [GeneratedRegex(@"^\.(last|best-\d+)\.safetensors\.[0-9a-f]{32}\.tmp$")]
    private static partial Regex Partial();

    private string BestPath(int epoch) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"best-{epoch}.safetensors"));
}
