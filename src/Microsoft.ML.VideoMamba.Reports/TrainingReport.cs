using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Runs;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A training as a Markdown page: result, numbers of the classes, commands, settings, machine.</summary>
public sealed record TrainingReport
{
    private const int MostClasses = 60;

    /// <summary>Fewer clips than this measure no accuracy to a hundredth.</summary>
    private const int FewClips = 100;

    /// <summary>The recipe's name.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>How it was started; nothing is said of it if empty.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>The network's shape.</summary>
    public required VideoMambaConfig Config { get; init; }

    /// <summary>How it was trained.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>The finished epochs.</summary>
    public required IReadOnlyList<EpochMetrics> Epochs { get; init; }

    /// <summary>The epoch that the weights are from, counted from 1; 0 if none was finished.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Whether it was stopped before its end.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Clips that it learned from.</summary>
    public int TrainingClips { get; init; }

    /// <summary>Clips held out to choose the best epoch by; 0 where there were none.</summary>
    public int HeldOutClips { get; init; }

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>What the model takes held-out clips for, or those that it learned from where none were held out; or null.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>Names of the classes, or null.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>The page.</summary>
    public string ToMarkdown()
    {
        var page = new StringBuilder();
        page.Append("# Training report\n\n");
        AddResult(page);
        if (Confusion is not null && Labels is not null) AddClasses(page, Confusion, Labels);
        if (Failures.Count > 0) AddList(page, $"Clips that could not be read: {Failures.Count}", Failures.Take(MostClasses));
        AddCommands(page);
        AddTable(page, "Network", SettingsText.Of(Config));
        AddTable(page, "Settings", SettingsText.Of(Options));
        AddTable(page, "Machine", Machine());
        return page.ToString();
    }

    private void AddResult(StringBuilder page)
    {
        var cost = ModelCost.Of(Config);
        page.Append(CultureInfo.InvariantCulture, $"Recipe `{Recipe}`: {Epochs.Count} of {Options.Epochs} epochs{(Cancelled ? ", stopped before the end" : "")}, {TrainingClips} clips to learn from, {HeldOutClips} held out, {cost.Parameters:N0} parameters.\n\n");
        if (BestEpoch == 0) return;
        var best = Epochs[BestEpoch - 1];
        page.Append(CultureInfo.InvariantCulture, $"The weights are those of epoch {BestEpoch}");
        if (best.ValidationTop1 is { } top1) page.Append(CultureInfo.InvariantCulture, $": **top-1 {top1:P1}** of the clips held out{(Config.Classes > 1 ? $" (chance {1.0 / Config.Classes:P1})" : "")}, loss {best.ValidationLoss:0.0000}");
        else if (best.ValidationLoss is { } loss) page.Append(CultureInfo.InvariantCulture, $": squared error {loss:G6} of the clips held out");
        page.Append(CultureInfo.InvariantCulture, $". {Epochs.Sum(epoch => epoch.Seconds):0} seconds, {Epochs.Average(epoch => epoch.ClipsPerSecond):0.0} clips a second.\n\n");
        page.Append("![losses and accuracy](curves.png)\n\n");
    }

    private void AddClasses(StringBuilder page, ConfusionMatrix confusion, IReadOnlyList<string> labels)
    {
        int judged = Enumerable.Range(0, confusion.Classes).Sum(confusion.ClipsOf);
        if (HeldOutClips == 0) page.Append("No clips were held out: the table is of those that the network learned from, and says nothing of others.\n\n");
        else if (judged is > 0 and < FewClips) page.Append(CultureInfo.InvariantCulture, $"The table is of {judged} clips only: a single one is {1.0 / judged:P1}. Hold out more, or measure with `evaluate` on a test set, before believing a difference.\n\n");
        page.Append("![confusion](confusion.png)\n\n| class | clips | recognised |\n|---|---|---|\n");
        for (int index = 0; index < Math.Min(labels.Count, MostClasses); index++)
        {
            int clips = Enumerable.Range(0, confusion.Classes).Sum(predicted => confusion[index, predicted]);
            page.Append(CultureInfo.InvariantCulture, $"| {Escape(labels[index])} | {clips} | {(confusion.RecallOf(index) is { } recall ? recall.ToString("P1", CultureInfo.InvariantCulture) : "-")} |\n");
        }

        page.Append(labels.Count > MostClasses ? $"\n… and {labels.Count - MostClasses} more.\n\n" : "\n");
    }

    private void AddCommands(StringBuilder page)
    {
        page.Append("## Commands\n\n```\n");
        if (CommandLine.Length > 0) page.Append(CommandLine).Append('\n');
        page.Append("videomamba evaluate --model model.zip --data DIR\nvideomamba predict --model model.zip clip.mp4\n```\n\n");
    }

    private static void AddList(StringBuilder page, string title, IEnumerable<string> items)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
        foreach (string item in items) page.Append(CultureInfo.InvariantCulture, $"- {item}\n");
        page.Append('\n');
    }

    private static void AddTable(StringBuilder page, string title, IReadOnlyDictionary<string, string> settings)
    {
        page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n| | |\n|---|---|\n");
        foreach (var (name, value) in settings) page.Append(CultureInfo.InvariantCulture, $"| {name} | {Escape(value)} |\n");
        page.Append('\n');
    }

    private static Dictionary<string, string> Machine() => new()
    {
        ["system"] = RuntimeInformation.OSDescription,
        ["cores"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        [".NET"] = Environment.Version.ToString(),
        ["libtorch"] = $"{TorchRuntime.Info.LibTorchVersion} ({TorchRuntime.Info.Backend})",
        ["TorchSharp"] = TorchRuntime.Info.TorchSharpVersion,
    };

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
