using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// The selective scan in plain torch operations: the specification that the other faces are tested against.
/// </summary>
/// <remarks>
/// Glossary (b batch, l length, d channels, n d_state):
/// u (b, l, d) inputs; delta (b, l, d) step sizes before bias and softplus; A (d, n) negative decay rates; B, C (b, l, n) input and output maps, shared by
/// all channels; D (d) skip; z (b, l, d) gate; h (b, d, n) state.
/// <code>
/// delta_t = softplus(delta_t + bias)            softplus(x) = x above 20
/// h_t     = exp(delta_t A) h_(t-1) + delta_t u_t B_t
/// y_t     = (sum_n C_t[n] h_t[:, n] + D u_t) silu(z_t)
/// </code>
/// Source: Mamba (arXiv 2312.00752), section 3.2 and algorithm 2: exact exponential for A, plain Euler for B.
/// </remarks>
internal static class SelectiveScanReference
{
    public static ScanOutput Run(
        Tensor u, Tensor delta, Tensor A, Tensor B, Tensor C, Tensor? D, Tensor? z, Tensor? deltaBias, Tensor? initialState, bool deltaSoftplus, SequenceDirection direction)
    {
        using var scope = NewDisposeScope();
        var type = A.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var (uf, deltaf, Bf, Cf) = (u.to_type(type), delta.to_type(type), B.to_type(type), C.to_type(type));
        if (deltaBias is not null) deltaf = deltaf + deltaBias;
        if (deltaSoftplus) deltaf = nn.functional.softplus(deltaf, 1, 20);

        int length = (int)u.shape[1];
        var h = initialState?.to_type(type) ?? zeros([u.shape[0], u.shape[2], A.shape[1]], type, u.device);
        var y = new Tensor[length];
        for (int step = 0; step < length; step++)
        {
            int t = direction == SequenceDirection.Forward ? step : length - 1 - step;
            var delta_t = deltaf.select(1, t);
            var decay = (delta_t.unsqueeze(2) * A).exp();
            h = decay * h + (delta_t * uf.select(1, t)).unsqueeze(2) * Bf.select(1, t).unsqueeze(1);
            y[t] = (h * Cf.select(1, t).unsqueeze(1)).sum(2);
        }

        var output = stack(y, 1);
        if (D is not null) output = output + uf * D;
        if (z is not null) output = output * nn.functional.silu(z.to_type(type));
        return new ScanOutput(output.to_type(u.dtype).MoveToOuterDisposeScope(), h.alias().MoveToOuterDisposeScope());
    }
}
