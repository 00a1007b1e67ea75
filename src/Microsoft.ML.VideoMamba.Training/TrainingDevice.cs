using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>Finds the device that a name means.</summary>
public static class TrainingDevice
{
    /// <summary>The device, after a check that it is there.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> (the first one) or <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">The name is none of these, or there is no such device; the message says what there is.</exception>
    public static Device Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        TorchRuntime.EnsureLoaded();
        if (name == "cpu") return CPU;
        int index = 0;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), System.Globalization.NumberStyles.None, null, out index)))
        {
            throw new ArgumentException($"A device is cpu, cuda or cuda:N; it is '{name}'.", nameof(name));
        }

        int there = cuda_is_available() ? cuda.device_count() : 0;
        if (index < there) return device(TorchSharp.DeviceType.CUDA, index);
        throw new ArgumentException(there == 0
            ? $"There is no CUDA device for '{name}': this libtorch is built for the CPU, or no driver and card were found."
            : $"There is no device '{name}': the last one is cuda:{there - 1}.", nameof(name));
    }
}
