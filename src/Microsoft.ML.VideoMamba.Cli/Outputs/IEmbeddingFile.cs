namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>A file of embeddings being written. What was added is kept only after <see cref="CompleteAsync"/>.</summary>
internal interface IEmbeddingFile : IDisposable
{
    /// <summary>Adds a row. All rows of a file have one shape.</summary>
    void Add(Embedding embedding);

    /// <summary>Finishes the file and gives it its name.</summary>
    Task CompleteAsync();
}
