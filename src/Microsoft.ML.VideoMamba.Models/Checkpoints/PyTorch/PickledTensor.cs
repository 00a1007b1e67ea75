namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>A tensor as a pickle describes it: a view of a storage, checked to lie inside it.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long[] Sizes, TensorLayout Layout)
{
    public CheckpointTensor Named(string name, StorageRegion region) => new(name, Storage.Type, Sizes, region, Layout);
}
