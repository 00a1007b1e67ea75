using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Training.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Networks;

/// <summary>Chooses what a network computes in, and says so where it is not what was asked for.</summary>
internal static class NetworkPrecision
{
    public static PrecisionChoice Choose(IHost host, InferencePrecision asked, Device device)
    {
        var choice = PrecisionChoice.For(asked, device);
        if (choice.Note is { } note) Warn(host, note);
        return choice;
    }

    public static void Warn(IHost host, string note)
    {
        using var channel = host.Start("Choosing a precision");
        channel.Warning(MessageSensitivity.None, note);
    }
}
