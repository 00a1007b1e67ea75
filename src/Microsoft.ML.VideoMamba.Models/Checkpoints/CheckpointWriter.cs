using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models.Checkpoints.Safetensors;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>Writes safetensors files, tensor by tensor; a file appears under its name only when it is whole.</summary>
public static class CheckpointWriter
{
    private const string Extension = ".safetensors";

    /// <summary>Saves a model's weights with its configuration, so that the file alone is enough to build it again.</summary>
    /// <param name="model">The model, on any device; types are kept.</param>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="labels">A name for each class, or null.</param>
    /// <exception cref="ArgumentException"><paramref name="labels"/> are not one for each class.</exception>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Save(VideoMambaModel model, string path, IReadOnlyList<string>? labels = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckLabels(model, labels);
        AtomicFile.Write(path, stream => Save(model, stream, labels));
    }

    /// <inheritdoc cref="Save(VideoMambaModel, string, IReadOnlyList{string}?)"/>
    /// <param name="model">The model.</param>
    /// <param name="stream">Where to write; it need not be seekable, and stays open.</param>
    /// <param name="labels">A name for each class, or null.</param>
    public static void Save(VideoMambaModel model, Stream stream, IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        CheckLabels(model, labels);
        Write(stream, model.state_dict(), CheckpointMetadata.Create(model.Config, labels));
    }

    /// <summary>Saves named tensors.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="tensors">Tensors of any shape and device, of floating, integer or bool type.</param>
    /// <param name="metadata">Strings for the header, or null.</param>
    /// <exception cref="ArgumentException">A tensor's type has no name in safetensors here.</exception>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata ?? new Dictionary<string, string>()));
    }

    /// <summary>Rewrites a checkpoint as safetensors: plain names, types kept, views made contiguous, its configuration written down.</summary>
    /// <param name="input">A checkpoint of any format.</param>
    /// <param name="output">A file whose name ends in <c>.safetensors</c>; overwritten.</param>
    /// <param name="root">As in <see cref="Checkpoint.Open(string, string?)"/>.</param>
    /// <param name="overrides">What the user says of the file.</param>
    /// <returns>The configuration written, or null where the tensors are not a VideoMamba's; they are converted all the same.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> ends otherwise or is <paramref name="input"/>.</exception>
    /// <exception cref="CheckpointException">The input cannot be read, contradicts <paramref name="overrides"/>, or the output cannot be written.</exception>
    public static VideoMambaConfig? Convert(string input, string output, string? root = null, ConfigOverrides? overrides = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(input);
        ArgumentException.ThrowIfNullOrEmpty(output);
        if (!output.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)) throw new ArgumentException($"Only {Extension} files are written; the output is '{output}'.", nameof(output));
        if (Path.GetFullPath(input) == Path.GetFullPath(output)) throw new ArgumentException($"The output is the input, '{output}'.", nameof(output));

        TorchRuntime.EnsureLoaded();
        using var checkpoint = Checkpoint.Open(input, root);
        var config = overrides is not null ? CheckpointConfig.Read(checkpoint, overrides) : CheckpointConfig.TryRead(checkpoint, out var found, out _) ? found : null;
        var metadata = new Dictionary<string, string>(checkpoint.Metadata);
        foreach (var (key, value) in CheckpointMetadata.Create(config, null)) metadata[key] = value;
        var entries = checkpoint.Tensors.Select(tensor => new SafetensorsEntry(tensor.Name, tensor.Type, tensor.Sizes)).ToList();
        AtomicFile.Write(output, stream => SafetensorsWriter.Write(stream, entries, metadata, entry => checkpoint.Read(entry.Name)));
        return config;
    }

    private static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        TorchRuntime.EnsureLoaded();
        using var noGrad = no_grad();
        var entries = tensors.Select(item => new SafetensorsEntry(item.Key, TypeOf(item.Key, item.Value), item.Value.shape)).ToList();
        SafetensorsWriter.Write(stream, entries, metadata, entry => tensors[entry.Name].alias());
    }

    private static ElementType TypeOf(string name, Tensor tensor) =>
        ElementType.Of(tensor.dtype) ?? throw new ArgumentException($"Tensor '{name}' is {tensor.dtype}, which is not saved.", nameof(tensor));

    private static void CheckLabels(VideoMambaModel model, IReadOnlyList<string>? labels)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (labels is not null && labels.Count != model.Config.Classes) throw new ArgumentException($"There are {labels.Count} labels for {model.Config.Classes} classes.", nameof(labels));
    }
}
