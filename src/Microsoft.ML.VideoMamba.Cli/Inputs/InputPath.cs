namespace Microsoft.ML.VideoMamba.Cli.Inputs;

/// <summary>One input of a verb: a file or a folder of frames, or a name that leads nowhere.</summary>
/// <param name="Path">As it is shown: what the user wrote, or what was found under it.</param>
/// <param name="Error">Why the name leads nowhere, or null.</param>
internal sealed record InputPath(string Path, string? Error = null);
