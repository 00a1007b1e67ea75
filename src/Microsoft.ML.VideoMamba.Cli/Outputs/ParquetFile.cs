using System.Text.Json.Serialization;
using Microsoft.ML.VideoMamba.Video.Writing;
using Parquet;
using Parquet.Serialization;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Columns <c>path</c> (text) and <c>embedding</c> (list of float32; several vectors of a clip one after another), written in groups of rows.</summary>
internal sealed class ParquetFile(string path, IReadOnlyDictionary<string, string> metadata) : IEmbeddingFile
{
    private readonly AtomicFile _file = new(path);
    private readonly List<Row> _rows = [];

    public void Add(Embedding embedding) => _rows.Add(new Row { Path = embedding.Path, Embedding = embedding.Values });

    public async Task CompleteAsync()
    {
        var options = new ParquetOptions { RowGroupSize = 10_000, CompressionMethod = CompressionMethod.Snappy };
        await ParquetSerializer.SerializeAsync(_rows, _file.Stream, options, metadata).ConfigureAwait(false);
        _file.Complete();
    }

    public void Dispose() => _file.Dispose();

    private sealed class Row
    {
        [JsonPropertyName("path")]
        public string Path { get; set; } = "";

        [JsonPropertyName("embedding")]
        public float[] Embedding { get; set; } = [];
    }
}
