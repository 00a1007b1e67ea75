using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>What the forward and the backward norm share: a piece is a run of rows, and a row's statistics are computed where they are needed.</summary>
internal abstract unsafe class NormKernel(long rows, int channels, NormOptions options)
{
    /// <summary>Rows of a piece: fixed, so that sums over rows do not depend on the number of threads.</summary>
    public const int RowsPerPiece = 64;

    public int Pieces => PiecesOf(rows);

    public int Channels { get; } = channels;

    protected bool Centred => options.Centred;

    public static int PiecesOf(long rows) => checked((int)((rows + RowsPerPiece - 1) / RowsPerPiece));

    protected (long First, long End) Rows(int piece) => ((long)piece * RowsPerPiece, Math.Min(rows, (long)(piece + 1) * RowsPerPiece));

    /// <summary>The mean (0 for RMS norm) and one over the root of the mean square about it.</summary>
    /// <param name="row">The row's sums, float32.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected (TLanes Mean, TLanes Inverse) Statistics<TLanes, TElement>(float* row)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int n = Channels;
        var mean = TLanes.Broadcast(options.Centred ? Sum<TLanes, TElement>(row) / n : 0);
        int whole = n / TLanes.Count * TLanes.Count;
        var (squares, others) = (TLanes.Broadcast(0), TLanes.Broadcast(0));
        for (int channel = 0; channel < whole; channel += 2 * TLanes.Count)
        {
            var centred = TLanes.Load(row + channel) - mean;
            squares = TLanes.MultiplyAdd(centred, centred, squares);
            if (channel + TLanes.Count >= whole) break;
            centred = TLanes.Load(row + channel + TLanes.Count) - mean;
            others = TLanes.MultiplyAdd(centred, centred, others);
        }

        float square = TLanes.Sum(squares + others);
        if (whole < n)
        {
            // Lanes beyond the row would count the mean's square.
            float centre = TLanes.Sum(mean) / TLanes.Count;
            for (int channel = whole; channel < n; channel++) square += (row[channel] - centre) * (row[channel] - centre);
        }

        return (mean, TLanes.Broadcast((float)(1 / Math.Sqrt(square / n + options.Epsilon))));
    }

    private float Sum<TLanes, TElement>(float* row)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var total = TLanes.Broadcast(0);
        for (int channel = 0; channel < Channels; channel += TLanes.Count) total += TElement.LoadSingle<TLanes>(row + channel, Channels - channel);
        return TLanes.Sum(total);
    }
}
