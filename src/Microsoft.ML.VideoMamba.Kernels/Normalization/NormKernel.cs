using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>What the forward and the backward norm share: a piece is a run of rows, and a row's statistics are computed where they are needed.</summary>
internal abstract unsafe class NormKernel(long rows, int channels, NormOptions options)
{
    /// <summary>Rows of a piece: fixed, so that sums over rows do not depend on the number of cores.</summary>
    public const int RowsPerPiece = 64;

    public int Pieces => PiecesOf(rows);

    protected int Channels { get; } = channels;

    protected int Lanes { get; } = (int)options.Width / 32;

    protected bool Centred => options.Centred;

    public static int PiecesOf(long rows) => checked((int)((rows + RowsPerPiece - 1) / RowsPerPiece));

    protected (long First, long End) Rows(int piece) => ((long)piece * RowsPerPiece, Math.Min(rows, (long)(piece + 1) * RowsPerPiece));

    /// <summary>The mean (0 for RMS norm) and one over the root of the mean square about it.</summary>
    /// <param name="row">The row's sums, float32.</param>
    protected (float Mean, float Inverse) Statistics<TLanes>(float* row)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float mean = 0;
        if (options.Centred)
        {
            var total = TLanes.Broadcast(0);
            for (int channel = 0; channel < Channels; channel += TLanes.Count) total += Load<TLanes>(row, channel);
            mean = TLanes.Sum(total) / Channels;
        }

        var (squares, centre) = (TLanes.Broadcast(0), TLanes.Broadcast(mean));
        int whole = Channels / TLanes.Count * TLanes.Count;
        for (int channel = 0; channel < whole; channel += TLanes.Count)
        {
            var centred = TLanes.Load(row + channel) - centre;
            squares = TLanes.MultiplyAdd(centred, centred, squares);
        }

        float square = TLanes.Sum(squares);
        for (int channel = whole; channel < Channels; channel++) square += (row[channel] - mean) * (row[channel] - mean);
        return (mean, (float)(1 / Math.Sqrt(square / Channels + options.Epsilon)));
    }

    protected TLanes Load<TLanes>(float* row, int channel)
        where TLanes : unmanaged, ILanes<TLanes> => PartialVector.Load<TLanes, Float32Element>((Float32Element*)row + channel, Channels - channel);

    protected TLanes Load<TLanes, TElement>(void* row, int channel)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement> => PartialVector.Load<TLanes, TElement>((TElement*)row + channel, Channels - channel);

    protected void Store<TLanes>(TLanes value, float* row, int channel)
        where TLanes : unmanaged, ILanes<TLanes> => PartialVector.Store(value, (Float32Element*)row + channel, Channels - channel);

    protected void Store<TLanes, TElement>(TLanes value, void* row, int channel)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement> => PartialVector.Store(value, (TElement*)row + channel, Channels - channel);
}
