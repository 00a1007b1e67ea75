namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>Addresses of what lies between a mixer's steps; <see cref="CudaMixer"/> says the shapes.</summary>
/// <param name="XZ">The input's expansion.</param>
/// <param name="U">The convolved inputs.</param>
/// <param name="Selection">B, C and delta's low-rank form.</param>
/// <param name="Delta">The step sizes.</param>
/// <param name="Y">The scans' outputs.</param>
/// <param name="States">With several chunks, room for a state of each: (directions, batch, chunks, N, inner) float32.</param>
/// <param name="Sums">With several chunks, room for (directions, batch, chunks, inner) float32.</param>
/// <param name="Between">With one chunk, room for <see cref="CudaMixer.PiecesRoom"/> float32 numbers, or 0.</param>
internal readonly record struct MixerBuffers(nint XZ, nint U, nint Selection, nint Delta, nint Y, nint States, nint Sums, nint Between);
