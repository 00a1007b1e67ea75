using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>A data set on the command line: where it is, how its lists are written, and what its labels are.</summary>
internal sealed class DataSource
{
    private static readonly Dictionary<string, ListFormat> s_formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["path,label"] = ListFormat.PathLabel,
        ["path,frames,label"] = ListFormat.PathFramesLabel,
        ["path,label,duration"] = ListFormat.PathLabelDuration,
    };

    private readonly Argument<string> _path = new("DIR|CSV") { Description = "A folder with one sub-folder for each class, a list of paths and labels, or a folder with train, val and test as lists or folders." };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Folder that the list's paths are in (default: the list's own).", HelpName = "DIR" };
    private readonly Option<ListFormat> _format = new("--format") { Description = "Columns of a list without a header: path,label (default), path,frames,label or path,label,duration.", HelpName = "COLUMNS", CustomParser = ParseFormat };
    private readonly Option<Dataset?> _dataset = new("--dataset") { Description = $"A public data set, whose labels are numbers of classes: {string.Join(", ", Dataset.All.Select(dataset => dataset.Name))}.", HelpName = "NAME", CustomParser = ParseDataset };
    private readonly Option<bool> _regression = new("--regression") { Description = "Labels are numbers to predict." };

    /// <summary>Gives a verb the argument and options.</summary>
    public void AddTo(Verb verb)
    {
        verb.Add(_path);
        verb.Add(_prefix);
        verb.Add(_format);
        verb.Add(_dataset);
        verb.Add(_regression);
    }

    public string Path(ParseResult parsed) => parsed.GetValue(_path)!;

    private Dataset? Public(ParseResult parsed) => parsed.GetValue(_dataset);

    public TrainingTask Task(ParseResult parsed) => parsed.GetValue(_regression) ? TrainingTask.Regression : Public(parsed)?.Task ?? TrainingTask.Classification;

    public DataSplits Read(ParseResult parsed) => DataSplits.Read(Path(parsed), new DataListOptions { Prefix = parsed.GetValue(_prefix), Format = parsed.GetValue(_format) });

    /// <summary>The labels of a part; classes are the data set's, or those of the part that is learned from.</summary>
    public IReadOnlyList<TrainingLabel> Labels(ParseResult parsed, DataSplits splits, DataList part) => Task(parsed) == TrainingTask.Regression
        ? RegressionTargets.Of(part)
        : Classes(parsed, splits).LabelsOf(part);

    public ClassNames Classes(ParseResult parsed, DataSplits splits) => Public(parsed) is { } dataset ? ClassNames.Numbered(dataset.Classes) : ClassNames.Of(splits.Parts.First().List);

    private static ListFormat ParseFormat(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value.Replace(' ', ',');
        if (s_formats.TryGetValue(text, out var format)) return format;
        result.AddError($"--format must be one of {string.Join("; ", s_formats.Keys)}; it is '{text}'.");
        return default;
    }

    private static Dataset? ParseDataset(ArgumentResult result)
    {
        string name = result.Tokens.Single().Value;
        var found = Dataset.All.FirstOrDefault(dataset => dataset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (found is null) result.AddError($"--dataset must be one of {string.Join(", ", Dataset.All.Select(dataset => dataset.Name))}; it is '{name}'.");
        return found;
    }
}
