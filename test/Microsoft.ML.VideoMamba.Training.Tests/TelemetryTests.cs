using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.ML.VideoMamba.Training.Telemetry;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Tests;

[TestClass]
[DoNotParallelize] // Trainings share torch's generator and the meter.
public sealed class TelemetryTests
{
    [TestMethod]
    public void ServicesCanMeasureATraining()
    {
        var measured = new ConcurrentDictionary<string, List<double>>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == TrainingMeter.Name) own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.GetOrAdd(instrument.Name, _ => []).Add(value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.GetOrAdd(instrument.Name, _ => []).Add(value));
        listener.Start();

        var result = new TrainingRun(ToyClips.Config, ToyClips.Options with { Epochs = 2 }).Fit(ToyClips.Set());
        result.Model.Dispose();

        Assert.AreEqual(2 * 18, measured["videomamba.training.clips"].Sum());
        Assert.AreEqual(2, measured["videomamba.training.epochs"].Sum());
        Assert.HasCount(10, measured["videomamba.training.step.duration"]);
        Assert.IsTrue(measured["videomamba.training.gradient_norm"].TrueForAll(norm => norm > 0));
        Assert.AreEqual(result.Epochs[^1].LearningRate, measured["videomamba.training.learning_rate"][^1]);
        CollectionAssert.AreEqual(result.Epochs.Select(epoch => epoch.ValidationLoss!.Value).ToArray(), measured["videomamba.validation.loss"].ToArray());
        CollectionAssert.AreEqual(result.Epochs.Select(epoch => epoch.ValidationTop1!.Value).ToArray(), measured["videomamba.validation.top1"].ToArray());
        Assert.IsTrue(measured.ContainsKey("videomamba.training.loss"));
    }

    [TestMethod]
    public void ALoggerHearsOfEpochsAndOfClipsThatFail()
    {
        var log = new Recorder();
        var clips = new ScriptedClips(ToyClips.Set(), index => { if (index == 3) throw ScriptedClips.Unreadable(index); });

        new TrainingRun(ToyClips.Config, ToyClips.Options with { Epochs = 2, OnFailure = FailurePolicy.Skip, ValidationFraction = 0 }, logger: log).Fit(clips).Model.Dispose();

        StringAssert.Contains(log.Lines.First(), "24 clips");
        Assert.AreEqual(2, log.Lines.Count(line => line.StartsWith("Information: Epoch ", StringComparison.Ordinal)));
        StringAssert.Contains(log.Lines.Single(line => line.StartsWith("Warning", StringComparison.Ordinal)), "clip 3: is damaged");
        StringAssert.Contains(log.Lines.Last(), "ended in epoch 2");
    }

    private sealed class Recorder : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
