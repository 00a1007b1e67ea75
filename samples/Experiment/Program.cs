// From a folder of videos, one sub-folder for each class, to the best model that a time allows. Started again with the same folders it goes on.
//   Experiment DIR OUTPUT [SECONDS [TRIALS]]
using Microsoft.ML;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Training.Experiments;

if (args is not [var folder, var output, .. var rest])
{
    Console.Error.WriteLine("Experiment DIR OUTPUT [SECONDS [TRIALS]]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;                                                      // the best so far is worth keeping
    stop.Cancel();
};
var ml = new MLContext(seed: 1);
var experiment = ml.MulticlassClassification.CreateVideoMambaExperiment(new VideoMambaExperimentSettings
{
    MaxExperimentTimeInSeconds = rest.Length > 0 ? uint.Parse(rest[0]) : 600,
    MaxModels = rest.Length > 1 ? int.Parse(rest[1]) : null,
    OutputDirectory = output,
    Resume = true,
    CancellationToken = stop.Token,
});
var result = experiment.Execute(folder, progressHandler: new Lines());
if (result.BestRun is not { } best) return 1;
Console.WriteLine($"best: trial {best.Trial} of {result.RunDetails.Count}, accuracy {best.Metric:0.000} on clips held out; {best.ModelPath}");
foreach (var (name, value) in best.Parameters) Console.WriteLine($"  {name} = {value}");
return 0;

internal sealed class Lines : IProgress<VideoMambaRunDetail>
{
    public void Report(VideoMambaRunDetail run) =>
        Console.WriteLine($"trial {run.Trial}: {(run.State == TrialState.Failed ? run.Exception!.Message : $"accuracy {run.Metric:0.000} behind epoch {run.Epochs}")}, {run.RuntimeInSeconds:0} s");
}
