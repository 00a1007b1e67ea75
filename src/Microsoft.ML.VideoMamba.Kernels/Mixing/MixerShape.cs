using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The sizes of a mixer and of its input.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Length">Tokens of each.</param>
/// <param name="Embed">Width of a token (embed_dim).</param>
/// <param name="Inner">Channels inside (d_inner).</param>
/// <param name="Rank">dt_rank.</param>
/// <param name="Taps">Of the convolution.</param>
/// <param name="Directions">1 or 2.</param>
/// <param name="Float32">Whether activations are float32; else bfloat16.</param>
internal readonly record struct MixerShape(int Batch, int Length, int Embed, int Inner, int Rank, int Taps, int Directions, bool Float32)
{
    private const int RankMultiple = 8;

    /// <summary>Inner activations of one direction that keep a card busy for a few tenths of a millisecond in each of the long kernels.</summary>
    private const int LeastOfSlice = 9_500_000;

    /// <summary>Tokens of all sequences.</summary>
    public int Tokens => checked(Batch * Length);

    /// <summary>The rank filled up with zeros: rows of every matrix then begin at 16 bytes, as the fastest products and copies want them.</summary>
    public int PaddedRank => (Rank + RankMultiple - 1) / RankMultiple * RankMultiple;

    /// <summary>What a token selects: B, C and delta's low-rank form, padded.</summary>
    public int Selected => 2 * Scan.CudaScan.States + PaddedRank;

    /// <summary>In how many equal parts of the batch, one after the other, a backward pass loses little time and takes least memory.</summary>
    public int Slices
    {
        get
        {
            var (batch, ofSequence) = (Batch, (long)Length * Inner);
            return Enumerable.Range(1, batch).Last(slices => batch % slices == 0 && (slices == 1 || batch / slices * ofSequence >= LeastOfSlice));
        }
    }

    /// <summary>Of a mixer with those parameters, for that input.</summary>
    public static MixerShape Of(torch.Tensor hidden, MixerParameters parameters) => new(
        (int)hidden.shape[0], (int)hidden.shape[1], (int)hidden.shape[2], (int)parameters.OutProj.shape[1], parameters.Forward.Rank,
        (int)parameters.Forward.ConvWeight.shape[1], parameters.Reverse is null ? 1 : 2, parameters.InProj.dtype == torch.ScalarType.Float32);
}
