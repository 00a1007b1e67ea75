using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>Decodes every video of a list, all cores at work, so that what cannot be read shows before a training does.</summary>
public static class DataCheck
{
    /// <summary>Checks a list.</summary>
    /// <param name="list">The list.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>Each row as soon as it is done, in the list's order.</returns>
    /// <exception cref="OperationCanceledException">Cancellation was asked for.</exception>
    public static IEnumerable<CheckedRow> Run(DataList list, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(list);
        // A decoding thread for each core's worker is fastest with many files; a single one may use all.
        var options = new VideoDecoderOptions { Threads = list.Rows.Count > 1 ? 1 : 0 };
        return list.Rows.AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).WithCancellation(cancellation).Select(row => Check(row, options, cancellation));
    }

    private static CheckedRow Check(DataRow row, VideoDecoderOptions options, CancellationToken cancellation)
    {
        try
        {
            var info = VideoReader.Probe(row.Path, options, cancellation);
            return row.Frames > info.Frames
                ? new CheckedRow(row, null, $"{row.Path}: the list says {row.Frames} frames, but there are {info.Frames}")
                : new CheckedRow(row, info, null);
        }
        catch (VideoException error)
        {
            return new CheckedRow(row, null, error.Message);
        }
    }
}
