using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Inputs;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Reports;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>evaluate</c>: how well a network does on labelled videos.</summary>
internal sealed class EvaluateVerb
{
    private const int MostListed = 60;

    private readonly NetworkOptions _network = new();
    private readonly Option<string?> _labels = new("--labels") { Description = "Names of the classes, a line each, in their order.", HelpName = "FILE" };
    private readonly Option<string> _data = new("--data") { Description = "A folder with one sub-folder for each class, a CSV of paths and labels, or a folder with test (or val) as such.", HelpName = "DIR|CSV", Required = true };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Folder that the list's paths are in (default: the list's own).", HelpName = "DIR" };
    private readonly Option<string?> _confusion = new("--confusion") { Description = "Draw the confusion of the classes into a .png file.", HelpName = "FILE" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on standard output." };
    private readonly ToolConsole _console;

    private EvaluateVerb(ToolConsole console) => _console = console;

    public static Verb Create(ToolConsole console)
    {
        var evaluate = new EvaluateVerb(console);
        var verb = new Verb(
            "evaluate",
            "Score labelled videos and measure: top-1, top-5 (of as many classes as there are), log loss; for numbers the squared and the absolute error.",
            "evaluate --model model.zip --data test",
            "evaluate --checkpoint videomamba_t16_k400_f8_res224.pth --data val.csv --prefix /videos --segments 4 --crops 3 --json");
        evaluate._network.AddTo(verb);
        foreach (Option option in new Option[] { evaluate._labels, evaluate._data, evaluate._prefix, evaluate._confusion, evaluate._json }) verb.Options.Add(option);
        verb.SetAction(evaluate.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var splits = DataSplits.Read(parsed.GetValue(_data)!, new DataListOptions { Prefix = parsed.GetValue(_prefix) });
        var list = splits.Test ?? splits.Validation ?? splits.Training!;
        using var predictor = _network.Load(parsed, parsed.GetValue(_labels) is { } file ? LabelFile.Read(file) : null, _console);
        if (predictor.Model.Config.Classes == 0) throw new UsageException("The network has no head: it can embed, but not predict.");
        var labels = predictor.IsRegression ? RegressionTargets.Of(list) : ClassesOf(predictor, list).LabelsOf(list);
        var (outputs, failed) = await ScoreAsync(predictor, list, labels, cancellation).ConfigureAwait(false);
        if (outputs.Count > 0) Report(parsed, predictor, outputs, failed);
        else _console.Warn($"none of {list.Rows.Count} clips could be read.");
        return outputs.Count > 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>Classes as the network numbers them: a list whose labels are names needs a network whose classes have names.</summary>
    private static ClassNames ClassesOf(VideoMambaPredictor predictor, DataList list)
    {
        if (predictor.Labels is { } names) return new ClassNames(names);
        return list.Rows.All(row => row.Label.All(char.IsAsciiDigit))
            ? ClassNames.Numbered(predictor.Model.Config.Classes)
            : throw new UsageException($"The network's classes have no names, but the labels of {list.Source} are names: give them with --labels.");
    }

    private async Task<(IReadOnlyList<ClipOutput> Outputs, int Failed)> ScoreAsync(VideoMambaPredictor predictor, DataList list, IReadOnlyList<TrainingLabel> labels, CancellationToken cancellation)
    {
        var outputs = new List<ClipOutput>();
        // Failed rows are counted and told; results are one object, not rows.
        var failures = new RowReport(new ToolConsole(TextReader.Null, TextWriter.Null, _console.Error, showsProgress: false), json: false);
        int next = 0;
        var inputs = list.Rows.Select(row => new InputPath(row.Path)).ToList();
        await VideoRun.RunAsync(_console, predictor, inputs, failures, resultsOnScreen: false, (path, clips) =>
        {
            // Failed inputs are skipped over: results come in the inputs' order.
            while (list.Rows[next].Path != path) next++;
            outputs.Add(new ClipOutput(next, labels[next], predictor.IsRegression ? [predictor.Predict(clips)] : predictor.Score(clips)));
            next++;
        }, cancellation).ConfigureAwait(false);
        return (outputs, list.Rows.Count - outputs.Count);
    }

    private void Report(ParseResult parsed, VideoMambaPredictor predictor, IReadOnlyList<ClipOutput> outputs, int failed)
    {
        bool json = parsed.GetValue(_json);
        if (predictor.IsRegression)
        {
            var errors = RegressionMetrics.Of(outputs.Select(output => ((double)output.Label.Target, (double)output.Output[0])));
            _console.Out.WriteLine(json
                ? JsonLines.Line(new { clips = errors.Clips, mse = errors.MeanSquaredError, mae = errors.MeanAbsoluteError, failed })
                : $"{errors.Clips} clips: squared error {errors.MeanSquaredError:G6}, absolute error {errors.MeanAbsoluteError:G6}, {failed} failed");
            return;
        }

        var metrics = ClassificationMetrics.Of(outputs.Select(output => (output.Label.ClassIndex, output.Output)));
        var confusion = Confusion(outputs, predictor.Model.Config.Classes);
        var names = predictor.Labels ?? ClassNames.Numbered(predictor.Model.Config.Classes).Names;
        int[] tested = [.. Enumerable.Range(0, names.Count).Where(index => confusion.ClipsOf(index) > 0)];
        if (parsed.GetValue(_confusion) is { } picture) ConfusionChart.Write(picture, confusion, names);
        if (json)
        {
            var classes = tested.Select(index => new { label = names[index], clips = confusion.ClipsOf(index), top1 = confusion.RecallOf(index) });
            _console.Out.WriteLine(JsonLines.Line(new { clips = metrics.Clips, top1 = metrics.Top1, top5 = metrics.Top5, log_loss = metrics.LogLoss, failed, classes }));
            return;
        }

        _console.Out.WriteLine($"{metrics.Clips} clips: top-1 {metrics.Top1:0.000}, top-5 {metrics.Top5:0.000}, log loss {metrics.LogLoss:0.0000}, {failed} failed");
        foreach (int index in tested.Take(MostListed)) _console.Out.WriteLine($"  {confusion.RecallOf(index),7:P1}  {names[index]}");
    }

    private static ConfusionMatrix Confusion(IReadOnlyList<ClipOutput> outputs, int classes)
    {
        var confusion = new ConfusionMatrix(classes);
        foreach (var output in outputs) confusion.Add(output.Label.ClassIndex, Enumerable.Range(0, classes).MaxBy(index => output.Output[index]));
        return confusion;
    }
}
