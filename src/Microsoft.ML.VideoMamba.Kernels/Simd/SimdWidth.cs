namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Which vector width the CPU face computes in.</summary>
internal enum SimdWidth
{
    /// <summary>SSE, NEON.</summary>
    Bits128 = 128,

    /// <summary>AVX2.</summary>
    Bits256 = 256,

    /// <summary>AVX-512.</summary>
    Bits512 = 512,
}
