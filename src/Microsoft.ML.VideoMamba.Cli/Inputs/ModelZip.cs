namespace Microsoft.ML.VideoMamba.Cli.Inputs;

/// <summary>The network inside an ML.NET model, as a checkpoint file that lives as long as this object.</summary>
internal sealed class ModelZip : IDisposable
{
    public ModelZip(string zip)
    {
        if (!File.Exists(zip)) throw new FileNotFoundException($"{zip}: no such file.", zip);
        var network = Find(Load(zip)) ?? throw new InvalidDataException($"{zip}: the ML.NET model holds no VideoMamba.");
        Checkpoint = Path.Combine(Path.GetTempPath(), $"videomamba-{Guid.NewGuid():N}.safetensors");
        network.SaveCheckpoint(Checkpoint);
    }

    public string Checkpoint { get; }

    public void Dispose() => File.Delete(Checkpoint);

    private static ITransformer Load(string zip)
    {
        try
        {
            return new MLContext().Model.Load(zip, out _);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or InvalidOperationException or ArgumentException or TypeLoadException or System.Reflection.TargetInvocationException)
        {
            throw new InvalidDataException($"{zip}: no ML.NET model that can be loaded: {(error.InnerException ?? error).Message}", error);
        }
    }

    private static VideoMambaTransformer? Find(ITransformer model) => model switch
    {
        VideoMambaTransformer found => found,
        IEnumerable<ITransformer> chain => chain.Select(Find).LastOrDefault(found => found is not null),
        _ => null,
    };
}
