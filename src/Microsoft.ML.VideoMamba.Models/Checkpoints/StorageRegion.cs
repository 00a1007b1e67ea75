namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>Where a storage's bytes lie in the file. Tensors may share one.</summary>
/// <param name="Entry">Its name in error messages.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Crc">The CRC-32 that its bytes must have, or null where the format has none.</param>
internal sealed record StorageRegion(string Entry, long Offset, long Length, uint? Crc)
{
    /// <summary>Whether the bytes were already found to have the CRC-32: once is enough for all tensors of a storage.</summary>
    public bool Verified { get; set; } = Crc is null;
}
