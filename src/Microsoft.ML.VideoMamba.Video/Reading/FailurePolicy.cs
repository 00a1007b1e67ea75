namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>What happens when one of many files cannot be read.</summary>
public enum FailurePolicy
{
    /// <summary>Reading ends with the file's error, after the results of all files before it.</summary>
    Throw,

    /// <summary>The file's result carries the error and no clips; it is counted, and reading goes on.</summary>
    Skip,

    /// <summary>Another file, drawn at random, stands in; the result says which, and carries the error. As the original's datasets do.</summary>
    Substitute,
}
