using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>What a <see cref="PairTile"/> computes, in the order in which its machine code reads it. Strides are in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PairTileArguments
{
    /// <summary>The tile's first row of A: pairs of neighbouring columns.</summary>
    public void* A;

    /// <summary>From a row of A to the next.</summary>
    public nint AStride;

    /// <summary>The panel of B, (pair of rows, column, 2).</summary>
    public void* B;

    /// <summary>Columns of A, and rows of B, by two.</summary>
    public nint Pairs;

    /// <summary>The tile's first row of C.</summary>
    public void* C;

    /// <summary>From a row of C to the next.</summary>
    public nint CStride;

    /// <summary>A bit for each column of C that is there.</summary>
    public ulong Columns;
}
