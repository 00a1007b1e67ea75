using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>Chooses the device that a network runs on.</summary>
internal static class NetworkDevice
{
    /// <summary>Names the device where options do not, for a model loaded from a zip too.</summary>
    public const string Variable = "VIDEOMAMBA_DEVICE";

    /// <summary>The device to train on or to load a checkpoint on.</summary>
    /// <param name="host">Says whether a GPU was asked for, and gets the warning if it is not there.</param>
    /// <param name="named">What the options say, or null.</param>
    /// <returns>cpu or cuda:N.</returns>
    /// <exception cref="ArgumentException">The device that the options name is not here, or the context's is not and it does not fall back to the CPU.</exception>
    public static string Choose(IHost host, string? named) => named is not null ? Find(named) : FindOrFallBack(host, FromEnvironment(host), MLNet.FallsBackToCpu(host));

    /// <summary>The device for a model from a zip: the one that it was saved with need not be here.</summary>
    /// <param name="host">As for <see cref="Choose"/>.</param>
    /// <param name="saved">What the options said when the model was trained, or null.</param>
    public static string ChooseForSaved(IHost host, string? saved) =>
        FromEnvironment(host) is { } named ? FindOrFallBack(host, named, MLNet.FallsBackToCpu(host)) : FindOrFallBack(host, saved, fallsBack: true);

    private static string? FromEnvironment(IHost host) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? variable : MLNet.GpuDevice(host) is { } gpu ? $"cuda:{gpu}" : null;

    private static string FindOrFallBack(IHost host, string? name, bool fallsBack)
    {
        try
        {
            return Find(name);
        }
        catch (ArgumentException error) when (fallsBack)
        {
            using var channel = host.Start("Choosing a device");
            channel.Warning(MessageSensitivity.None, "{0} The CPU is used instead.", error.Message);
            return Find("cpu");
        }
    }

    private static string Find(string? name) => ComputeDevice.Find(name).ToString();
}
