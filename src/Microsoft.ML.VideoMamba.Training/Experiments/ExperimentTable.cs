using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>The trials as a CSV: a row each, with a column for each parameter. Parameters that a trial has not are empty.</summary>
public static class ExperimentTable
{
    /// <summary>The table's text.</summary>
    /// <param name="trials">The trials.</param>
    /// <param name="metric">What they are judged by: the name of its column.</param>
    public static string ToCsv(IReadOnlyList<Trial> trials, ExperimentMetric metric)
    {
        ArgumentNullException.ThrowIfNull(trials);
        string[] parameters = [.. trials.SelectMany(trial => trial.Parameters.Keys).Distinct()];
        var text = new StringBuilder();
        AddRow(text, ["trial", "state", ExperimentMetrics.NameOf(metric), metric == ExperimentMetric.Loss ? "validation_loss" : "loss", "epochs", "seconds", .. parameters, "model", "error"]);
        foreach (var trial in trials)
        {
            AddRow(text,
            [
                Text(trial.Number), Names.Of(trial.State), Text(trial.Metric), Text(trial.Loss), Text(trial.Epochs), Text(Math.Round(trial.Seconds, 1)),
                .. parameters.Select(name => trial.Parameters.TryGetValue(name, out var value) ? Text(value) : ""), trial.Model ?? "", trial.Error ?? "",
            ]);
        }

        return text.ToString();
    }

    private static void AddRow(StringBuilder text, IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(Quoted)).Append('\n');

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static class Names
    {
        public static string Of(TrialState state) => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());
    }
}
