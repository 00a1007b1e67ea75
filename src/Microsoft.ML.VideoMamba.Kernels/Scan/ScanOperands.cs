using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The tensors of one scan as its kernels read them: contiguous, B and C widened to float32, which costs little since all channels share them.</summary>
internal sealed record ScanOperands(Tensor U, Tensor Delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? Z, Tensor? DeltaBias, Tensor? InitialState)
{
    public int Batch => (int)U.shape[0];

    public int Length => (int)U.shape[1];

    public int Channels => (int)U.shape[2];

    public int States => (int)A.shape[1];

    public static ScanOperands Prepare(Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState) => new(
        u.contiguous(), delta.contiguous(), A.contiguous(), B.to_type(ScalarType.Float32).contiguous(), C.to_type(ScalarType.Float32).contiguous(),
        D?.contiguous(), z?.contiguous(), deltaBias?.contiguous(), initialState?.contiguous());

    /// <summary>In the order of the record, for saving.</summary>
    public List<Tensor?> ToList() => [U, Delta, A, B, C, D, Z, DeltaBias, InitialState];

    /// <summary>From the first tensors of what <see cref="ToList"/> gave.</summary>
    public static ScanOperands FromList(IReadOnlyList<Tensor?> saved) =>
        new(saved[0]!, saved[1]!, saved[2]!, saved[3]!, saved[4]!, saved[5], saved[6], saved[7], saved[8]);
}
