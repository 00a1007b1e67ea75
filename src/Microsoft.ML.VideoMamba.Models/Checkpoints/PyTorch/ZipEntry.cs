namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>A stored (uncompressed) entry of a zip archive: where its bytes lie in the file.</summary>
internal sealed record ZipEntry(string Name, long Offset, long Length, uint Crc);
