namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>By what a view of a video is taken for one that was seen before.</summary>
public enum ViewKey
{
    /// <summary>Chunk and split, each on its own.</summary>
    Pair,

    /// <summary>
    /// As the original: their digits one after another, so that chunk 1, split 12 passes for chunk 11, split 2, and one of them is lost. It matters from 10
    /// chunks and 10 splits up.
    /// </summary>
    ConcatenatedDigits,
}
