using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>The struct of that name in embed_tokens.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EmbedGradientsArguments
{
    public nint Gradient, Rows, Sums;
    public long Total;
    public int Batch, Channels;
}
