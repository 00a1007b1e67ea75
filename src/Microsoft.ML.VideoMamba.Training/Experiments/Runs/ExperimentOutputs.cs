using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>What an experiment leaves beside its journal, brought up to date whenever a trial is left: the table, the best model and its recipe.</summary>
internal sealed class ExperimentOutputs(ExperimentLedger ledger, ExperimentFolder folder)
{
    private (int Trial, int Epochs)? _written;

    public void Write() => folder.Write(() =>
    {
        AtomicFile.WriteText(folder.Table, ExperimentTable.ToCsv(ledger.Trials, ledger.Metric));
        if (ledger.Best is not { Recipe: { } recipe, Model: { } model } best || _written == (best.Number, best.Epochs)) return;
        using (var source = File.OpenRead(model)) AtomicFile.Write(folder.Model, source.CopyTo);
        RecipeFile.Write(recipe with { Name = $"trial-{best.Number}", Title = $"Trial {best.Number} of an experiment" }, folder.Recipe);
        _written = (best.Number, best.Epochs);
    });
}
