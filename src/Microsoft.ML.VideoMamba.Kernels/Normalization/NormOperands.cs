using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The tensors of one norm as its kernels read them: contiguous.</summary>
internal sealed record NormOperands(Tensor X, Tensor Weight, Tensor? Bias, Tensor? Residual)
{
    public int Channels => (int)Weight.shape[0];

    public long Rows => X.NumberOfElements / Channels;

    /// <summary>Whether x itself is the residual stream: then there is no sum to store.</summary>
    public bool SumIsInput => Residual is null && X.dtype == ScalarType.Float32;

    public static NormOperands Prepare(Tensor x, Tensor weight, Tensor? bias, Tensor? residual) =>
        new(x.contiguous(), weight.contiguous(), bias?.contiguous(), residual?.contiguous());
}
