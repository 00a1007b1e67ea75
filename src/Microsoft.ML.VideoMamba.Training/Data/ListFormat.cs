namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>The columns of a list of videos. The first line is a header where it names <c>path</c> and <c>label</c>; the columns may then stand in any order.</summary>
public enum ListFormat
{
    /// <summary><c>path label</c>, and where there are three columns without a header, <c>path label duration</c> as with <see cref="PathLabelDuration"/>.</summary>
    PathLabel,

    /// <summary><c>path total_frames label</c>: folders of frames.</summary>
    PathFramesLabel,

    /// <summary><c>path label duration</c>, the duration in seconds: long films that are cut into windows.</summary>
    PathLabelDuration,
}
