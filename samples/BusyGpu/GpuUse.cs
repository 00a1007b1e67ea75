using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.VideoMamba.Training;

/// <summary>Asks nvidia-smi once a second how busy a GPU is, from a training's second epoch on.</summary>
/// <param name="index">Which of them, by nvidia-smi's count.</param>
internal sealed class GpuUse(string index) : IProgress<TrainingProgress>, IDisposable
{
    private readonly List<int> _percent = [];
    private Process? _process;

    public void Report(TrainingProgress value)
    {
        if (value.Epoch == 2 && _process is null) Start();
    }

    public void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
    }

    public void Dispose()
    {
        Stop();
        _process?.Dispose();
    }

    public override string ToString() => _percent.Count == 0 ? "GPU use unknown" : $"GPU {_percent.Order().ElementAt(_percent.Count / 2)} % busy (least {_percent.Min()}, {_percent.Count} readings)";

    private void Start()
    {
        try
        {
            _process = Process.Start(new ProcessStartInfo("nvidia-smi", ["--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--loop=1", $"--id={index}"]) { RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No NVIDIA GPU here.
            return;
        }

        _process.OutputDataReceived += (_, line) =>
        {
            if (int.TryParse(line.Data, CultureInfo.InvariantCulture, out int percent)) _percent.Add(percent);
        };
        _process.BeginOutputReadLine();
    }
}
