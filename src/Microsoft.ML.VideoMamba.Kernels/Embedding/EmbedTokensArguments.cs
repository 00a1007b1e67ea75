using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>The struct of that name in embed_tokens.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EmbedTokensArguments
{
    public nint ClassToken, Spatial, Temporal, Bias;
    public nint Tokens;
    public long Total;
    public int Batch, Channels, Patches, Unused;
}
