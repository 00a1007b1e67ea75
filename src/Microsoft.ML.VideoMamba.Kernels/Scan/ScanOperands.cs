using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The tensors of one scan as its kernels read them: contiguous.</summary>
internal sealed record ScanOperands(Tensor U, Tensor Delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? Z, Tensor? DeltaBias, Tensor? InitialState)
{
    public static ScanOperands Prepare(Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState) => new(
        u.contiguous(), delta.contiguous(), A.contiguous(), B.contiguous(), C.contiguous(),
        D?.contiguous(), z?.contiguous(), deltaBias?.contiguous(), initialState?.contiguous());

    /// <summary>In the order of the record, for saving.</summary>
    public List<Tensor?> ToList() => [U, Delta, A, B, C, D, Z, DeltaBias, InitialState];

    /// <summary>From the first tensors of what <see cref="ToList"/> gave.</summary>
    public static ScanOperands FromList(IReadOnlyList<Tensor?> saved) =>
        new(saved[0]!, saved[1]!, saved[2]!, saved[3]!, saved[4]!, saved[5], saved[6], saved[7], saved[8]);

    public ScanSize Size(SimdWidth width) => new((int)U.shape[0], (int)U.shape[1], (int)U.shape[2], (int)A.shape[1], width);

    /// <summary>The scan as the kernels read it, its parameters packed into <paramref name="scratch"/>.</summary>
    public unsafe ScanPass Pass(ScanOptions options, Scratch scratch) => new(Size(options.Width), scratch, A, logarithm: false, D, DeltaBias)
    {
        U = new TensorRows(U),
        StepSizes = new TensorRows(Delta),
        B = new TensorRows(B),
        C = new TensorRows(C),
        InitialState = (float*)TensorMemory.Address(InitialState),
        Softplus = options.DeltaSoftplus,
        Direction = options.Direction,
    };
}
