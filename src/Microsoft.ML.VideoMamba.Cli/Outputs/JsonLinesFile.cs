using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>A line <c>{"path","embedding"}</c> for each input.</summary>
internal sealed class JsonLinesFile : IEmbeddingFile
{
    private readonly AtomicFile _file;
    private readonly StreamWriter _writer;

    public JsonLinesFile(string path)
    {
        _file = new AtomicFile(path);
        _writer = new StreamWriter(_file.Stream, leaveOpen: true) { NewLine = "\n" };
    }

    public static string Line(Embedding embedding) => JsonLines.Line(new { path = embedding.Path, embedding = embedding.Nested });

    public void Add(Embedding embedding) => _writer.WriteLine(Line(embedding));

    public async Task CompleteAsync()
    {
        await _writer.FlushAsync().ConfigureAwait(false);
        _file.Complete();
    }

    public void Dispose() => _file.Dispose();
}
