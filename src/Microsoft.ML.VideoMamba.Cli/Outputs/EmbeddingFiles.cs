namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Which kind of file a name asks for.</summary>
internal static class EmbeddingFiles
{
    public static readonly IReadOnlyList<string> Extensions = [".jsonl", ".npy", ".parquet"];

    public static bool IsKnown(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <param name="path">A name with one of <see cref="Extensions"/>.</param>
    /// <param name="metadata">What made the embeddings, for formats that have a place for it.</param>
    public static IEmbeddingFile Create(string path, IReadOnlyDictionary<string, string> metadata) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" => new NpyFile(path),
        ".parquet" => new ParquetFile(path, metadata),
        _ => new JsonLinesFile(path),
    };
}
