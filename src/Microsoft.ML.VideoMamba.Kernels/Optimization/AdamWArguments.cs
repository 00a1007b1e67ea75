using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>The struct of that name in adamw.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdamWArguments
{
    public nint Chunks;
    public nint P, G, M, V;
    public nint Rounded, RoundedG;
    public nint Average;
    public nint Squares, Norm;
    public double LearningRate, Decay, Correction;
    public float Scale, MaxNorm;
    public float B1, Rest1, B2, Rest2;
    public float RootCorrection, Epsilon;
    public float AverageDecay, AverageRest;
    public int Count;
}
