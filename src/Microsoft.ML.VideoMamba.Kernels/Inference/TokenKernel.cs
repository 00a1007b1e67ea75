using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>Puts the class token ahead of each clip's embedded patches and adds the positions. A piece is a run of tokens of one clip.</summary>
/// <param name="length">Tokens of a clip.</param>
/// <param name="batch">Clips.</param>
/// <param name="channels">Floats of a token.</param>
/// <param name="positions">What is added, (length, channels); row 0 is the class token itself.</param>
/// <param name="patches">The embedded patches, (batch · (length - 1), channels).</param>
/// <param name="tokens">Receives the tokens, (batch · length, channels).</param>
internal sealed unsafe class TokenKernel(int length, int batch, int channels, float* positions, float* patches, float* tokens) : ISimdKernel
{
    private const int TokensPerPiece = 64;

    public int Pieces => Cut.Count;

    public int Channels => channels;

    private ClipPieces Cut => new(batch, length, TokensPerPiece);

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (clip, first, end) = Cut[piece];
        for (int token = first; token < end; token++)
        {
            float* position = positions + (long)token * channels, destination = tokens + ((long)clip * length + token) * channels;
            if (token == 0) new ReadOnlySpan<float>(position, channels).CopyTo(new Span<float>(destination, channels));
            else Add<TLanes, TElement>(position, patches + ((long)clip * (length - 1) + token - 1) * channels, destination);
        }
    }

    private void Add<TLanes, TElement>(float* position, float* patch, float* destination)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        for (int channel = 0; channel < channels; channel += TLanes.Count)
        {
            int rest = channels - channel;
            TElement.StoreSingle(TElement.LoadSingle<TLanes>(position + channel, rest) + TElement.LoadSingle<TLanes>(patch + channel, rest), destination + channel, rest);
        }
    }
}
