namespace Microsoft.ML.VideoMamba.Training.Runs;

/// <summary>Writes text files, whole or not at all.</summary>
internal static class TextFile
{
    /// <exception cref="IOException">It cannot be written; what was there before is still there.</exception>
    public static void Write(string path, string text)
    {
        string beside = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            File.WriteAllText(beside, text);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
