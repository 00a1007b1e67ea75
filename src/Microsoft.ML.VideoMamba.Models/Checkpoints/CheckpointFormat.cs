namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>How a checkpoint is stored.</summary>
public enum CheckpointFormat
{
    /// <summary>What <c>torch.save</c> writes since PyTorch 1.6: a zip archive of a pickle and one entry for each storage.</summary>
    PyTorch,

    /// <summary>What <c>torch.save</c> wrote before: five pickles, then the storages one after the other.</summary>
    PyTorchLegacy,

    /// <summary>A JSON header, then the tensors' bytes: what this library writes.</summary>
    Safetensors,
}
