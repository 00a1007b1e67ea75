using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>The struct of that name in gradient_sums.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GradientSumsArguments
{
    /// <summary>Sums of a launch, at most.</summary>
    public const int Most = 20;

    public All Sums;
    public int Count, Unused;

    [InlineArray(Most)]
    internal struct All
    {
        private GradientSum _first;
    }
}
