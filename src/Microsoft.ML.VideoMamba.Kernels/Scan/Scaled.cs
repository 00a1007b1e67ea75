namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Which way a state crosses between torch and the CUDA kernels, which work in base 2 and hold states divided by ln 2.</summary>
internal enum Scaled
{
    /// <summary>Divided by ln 2: a state to the kernels, a gradient from them.</summary>
    In,

    /// <summary>Times ln 2: a state from the kernels, a gradient to them.</summary>
    Out,
}
