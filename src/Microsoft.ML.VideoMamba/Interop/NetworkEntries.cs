using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba.Interop;

/// <summary>Networks inside a model zip: an entry that is a safetensors file, written and read tensor by tensor.</summary>
internal static class NetworkEntries
{
    private const string Entry = "weights.safetensors";

    public static void Network(this ModelWriter writer, Network network, IReadOnlyList<string>? labels = null) => writer.Entry(Entry, stream => network.Save(stream, labels));

    /// <summary>Builds the saved network.</summary>
    /// <param name="reader">The zip's part.</param>
    /// <param name="environment">Says which device is wanted.</param>
    /// <param name="device">The device that the options named when it was saved, or null; it need not be here.</param>
    /// <param name="precision">What it computed in when it was saved.</param>
    /// <exception cref="CheckpointException">The entry is damaged; the message names it and the reason.</exception>
    public static Network Network(this ModelReader reader, IHostEnvironment environment, string? device, InferencePrecision precision)
    {
        var host = environment.Register(nameof(NetworkEntries));
        string chosen = NetworkDevice.ChooseForSaved(host, device);
        var choice = NetworkPrecision.Choose(host, precision, new TorchSharp.torch.Device(chosen));
        Network? network = null;
        reader.Entry(Entry, stream =>
        {
            using var checkpoint = Checkpoint.Open(stream, Entry);
            network = Networks.Network.Create(CheckpointConfig.Read(checkpoint), chosen, model =>
            {
                CheckpointLoader.Load(model, checkpoint);
                choice.ApplyTo(model);
            });
        });
        return network!;
    }
}
