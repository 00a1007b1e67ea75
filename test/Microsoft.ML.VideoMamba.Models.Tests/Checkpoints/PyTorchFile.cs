using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>Writes what torch.save writes: the published files' layouts, made from models of our own.</summary>
internal static class PyTorchFile
{
    /// <summary>A zip archive of a state dict, flat or under a root.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, Tensor>> tensors, string? root = null, bool zip64 = false)
    {
        var entries = new List<StoredZip.Entry>();
        var pickle = new PickleBuilder().Op('}');
        if (root is not null) pickle.Text(root).Op('}');
        foreach (var (name, tensor) in tensors)
        {
            using var values = tensor.detach().cpu().contiguous();
            string key = (entries.Count).ToString(System.Globalization.CultureInfo.InvariantCulture);
            pickle.Text(name).Tensor(StorageName(values.dtype), key, values.numel(), 0, values.shape, values.stride()).Op('s');
            entries.Add(new StoredZip.Entry("archive/data/" + key, values.bytes.ToArray()));
        }

        if (root is not null) pickle.Op('s').Text("epoch").Integer(29).Op('s');
        return Archive(pickle.Stop(), entries, zip64);
    }

    /// <summary>A zip archive of any pickle.</summary>
    public static byte[] Archive(byte[] pickle, IEnumerable<StoredZip.Entry> storages, bool zip64 = false) =>
        StoredZip.Write([new StoredZip.Entry("archive/data.pkl", pickle), .. storages, new StoredZip.Entry("archive/version", "3\n"u8.ToArray())], zip64);

    private static string StorageName(ScalarType type) => type switch
    {
        ScalarType.Float32 => "FloatStorage",
        ScalarType.BFloat16 => "BFloat16Storage",
        ScalarType.Int64 => "LongStorage",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not needed so far."),
    };
}
