using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;
using Microsoft.ML.VideoMamba.Models.Checkpoints.Safetensors;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>
/// A file of named tensors, open for reading: PyTorch's <c>.pth</c> (either container) or safetensors, told apart by its first bytes. Opening reads names,
/// types and shapes; each tensor's values are read when asked for, so that peak memory is that of what one keeps.
/// </summary>
/// <remarks>
/// Nothing of a file is ever run: of a pickle only tensors, numbers, strings and containers are taken, <c>argparse.Namespace</c> is skipped unbuilt, and every
/// other name or call is refused. Sizes, offsets and names are checked when the file is opened, a tensor's CRC-32 when it is read. Not safe for use by
/// several threads at once.
/// </remarks>
public sealed class Checkpoint : IDisposable
{
    private static readonly string[] s_prefixes = ["module.", "backbone.", "encoder."];

    private readonly CheckpointSource _source;
    private readonly Dictionary<string, CheckpointTensor> _byName;

    private Checkpoint(CheckpointSource source, CheckpointFormat format, IReadOnlyList<CheckpointTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        _source = source;
        Format = format;
        Metadata = metadata;
        (Tensors, _byName) = StripPrefixes(source, tensors);
    }

    /// <summary>The file's path, or the name that the stream was given.</summary>
    public string Path => _source.Name;

    /// <summary>How the file is stored.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The safetensors header's strings by key; empty for PyTorch's formats.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors in the file's order.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>The tensor of a (plain) name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public CheckpointTensor this[string name] => _byName.TryGetValue(name, out var tensor) ? tensor : throw new KeyNotFoundException($"{Path} holds no tensor '{name}'.");

    /// <summary>Opens a file.</summary>
    /// <param name="path">A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file; its name's ending does not matter.</param>
    /// <param name="root">The key of the state dict in a PyTorch file's outer dict, such as <c>model_ema</c>; null tries <c>model</c>, <c>module</c>,
    /// <c>state_dict</c>, then the outer dict itself.</param>
    /// <exception cref="CheckpointException">The file is missing, unreadable, damaged, none of the formats or made to do harm, or lacks the root.</exception>
    public static Checkpoint Open(string path, string? root = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var source = new CheckpointSource(OpenFile(path), path, leaveOpen: false);
        try
        {
            return Open(source, root);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads a checkpoint out of a seekable stream, from its first byte to its end. The stream stays open, and must as long as tensors are read.</summary>
    /// <param name="stream">What to read.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="root">As in <see cref="Open(string, string?)"/>.</param>
    /// <exception cref="CheckpointException">As in <see cref="Open(string, string?)"/>.</exception>
    public static Checkpoint Open(Stream stream, string name, string? root = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!stream.CanSeek) throw new ArgumentException("The stream must be seekable.", nameof(stream));
        return Open(new CheckpointSource(stream, name, leaveOpen: true), root);
    }

    /// <summary>Finds the tensor of a (plain) name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out CheckpointTensor tensor) => _byName.TryGetValue(name, out tensor);

    /// <summary>Whether there is a tensor of a (plain) name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>Reads a tensor's values into a new contiguous CPU tensor of the stored type, owned by the caller's dispose scope.</summary>
    /// <exception cref="KeyNotFoundException">There is no tensor of this name.</exception>
    /// <exception cref="CheckpointException">Its bytes are damaged or unreadable.</exception>
    public Tensor Read(string name) => Read(this[name]);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    public Tensor Read(CheckpointTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return TensorReader.Read(_source, tensor);
    }

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();

    internal CheckpointException Refuse(string? entry, string reason) => _source.Refuse(entry, reason);

    private static Checkpoint Open(CheckpointSource source, string? root)
    {
        byte[] magic = source.Read(0, (int)Math.Min(source.Length, 9), "first bytes");
        if (magic.AsSpan().StartsWith(PyTorchReader.ZipMagic)) return new Checkpoint(source, CheckpointFormat.PyTorch, PyTorchReader.ReadZip(source, root), new Dictionary<string, string>());
        if (magic.AsSpan().StartsWith(PyTorchReader.LegacyMagic)) return new Checkpoint(source, CheckpointFormat.PyTorchLegacy, PyTorchReader.ReadLegacy(source, root), new Dictionary<string, string>());
        if (!SafetensorsReader.Recognises(magic)) throw source.Refuse(null, source.Length == 0 ? "is empty" : "is not a checkpoint: neither a PyTorch file nor safetensors");
        if (root is not null) throw source.Refuse(null, $"is a safetensors file and has no state dict under '{root}'");
        var (tensors, metadata) = SafetensorsReader.Read(source);
        return new Checkpoint(source, CheckpointFormat.Safetensors, tensors, metadata);
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException(path, null, Directory.Exists(path) ? "is a folder" : File.Exists(path) ? $"cannot be opened: {error.Message}" : "does not exist", error);
        }
    }

    private static (IReadOnlyList<CheckpointTensor> Tensors, Dictionary<string, CheckpointTensor> ByName) StripPrefixes(CheckpointSource source, IReadOnlyList<CheckpointTensor> stored)
    {
        var tensors = stored.Select(tensor => tensor.Renamed(StripPrefixes(tensor.StoredName))).ToList();
        var byName = new Dictionary<string, CheckpointTensor>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (!byName.TryAdd(tensor.Name, tensor)) throw source.Refuse(tensor.StoredName, $"has the same plain name as {byName[tensor.Name].StoredName}");
        }

        return (tensors, byName);
    }

    private static string StripPrefixes(string name)
    {
        int start = 0;
        while (Array.Find(s_prefixes, prefix => name.AsSpan(start).StartsWith(prefix, StringComparison.Ordinal)) is { } found) start += found.Length;
        return name[start..];
    }
}
