using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Networks;

namespace Microsoft.ML.VideoMamba.Interop;

/// <summary>Networks inside a model zip: an entry that is a safetensors file, read tensor by tensor.</summary>
internal static class NetworkEntries
{
    /// <summary>Builds the network of an entry.</summary>
    /// <exception cref="CheckpointException">The entry is damaged; the message names it and the reason.</exception>
    public static Network Network(this ModelReader reader, string entry, string device)
    {
        Network? network = null;
        reader.Entry(entry, stream =>
        {
            using var checkpoint = Checkpoint.Open(stream, entry);
            network = Networks.Network.Create(CheckpointConfig.Read(checkpoint), device, model => CheckpointLoader.Load(model, checkpoint));
        });
        return network!;
    }
}
