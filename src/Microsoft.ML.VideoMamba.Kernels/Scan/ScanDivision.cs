namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>How a forward scan is spread over a card.</summary>
/// <param name="Split">Lanes that own a channel together: 1 or 2.</param>
/// <param name="Chunk">Steps of the chunks that sequences are cut into; the length for none.</param>
internal readonly record struct ScanDivision(int Split, int Chunk);
