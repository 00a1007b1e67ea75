namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>How the CUDA backward scan is divided.</summary>
/// <param name="Chunk">Steps of a chunk.</param>
/// <param name="Chunks">Chunks of a sequence.</param>
/// <param name="BlockWarps">Warps of a block, each of 32 channels.</param>
/// <param name="ChannelGroups">Blocks that cover the channels: the gradients of B and C come as a slice from each.</param>
internal readonly record struct ScanBackwardPlan(int Chunk, int Chunks, int BlockWarps, int ChannelGroups);
