using System.Globalization;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>Finds the device that a name means.</summary>
public static class ComputeDevice
{
    /// <summary>The device of a name.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null for the first CUDA device where there is one, else the CPU.</param>
    /// <exception cref="ArgumentException">The name is no device's, or that device is not here.</exception>
    public static Device Find(string? name)
    {
        TorchRuntime.EnsureLoaded();
        if (name is null) return cuda.is_available() ? new Device("cuda:0") : CPU;
        if (name == "cpu") return CPU;
        string[] parts = name.Split(':');
        int index = 0;
        if (parts[0] != "cuda" || parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
        {
            throw new ArgumentException($"'{name}' is no device: cpu, cuda or cuda:N.", nameof(name));
        }

        int count = cuda.is_available() ? cuda.device_count() : 0;
        return index < count
            ? new Device($"cuda:{index}")
            : throw new ArgumentException(count == 0 ? $"Device '{name}' was asked for, but libtorch ({TorchRuntime.Info.Backend}) finds no CUDA device." : $"Device '{name}' was asked for, but the CUDA devices are 0 to {count - 1}.", nameof(name));
    }
}
