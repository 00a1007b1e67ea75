namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>A pickle's reference to a storage that lies elsewhere in the file.</summary>
internal sealed record PickledStorage(string Key, ElementType Type, long Count);
