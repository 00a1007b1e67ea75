using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>Reads what a <c>torch.save</c> file says of its tensors, in either of its two containers.</summary>
/// <remarks>Source: torch/serialization.py, <c>_save</c> and <c>_legacy_save</c>.</remarks>
internal static class PyTorchReader
{
    private const int MaxPickleBytes = 64 << 20;
    private const long TensorBytesPerFileByte = 8;
    private const long TensorBytesAtLeast = 64 << 20;
    private const long LegacyProtocolVersion = 1001;
    private const int LengthBytes = sizeof(long);

    private static readonly BigInteger s_legacyMagic = BigInteger.Parse("119547037146038801333356", CultureInfo.InvariantCulture);

    /// <summary>The first bytes of a zip archive's first entry.</summary>
    public static ReadOnlySpan<byte> ZipMagic => "PK\x03\x04"u8;

    /// <summary>The first bytes of a legacy file: a pickle of the magic number, 10 bytes long.</summary>
    public static ReadOnlySpan<byte> LegacyMagic => [0x80, 0x02, 0x8a, 0x0a];

    public static IReadOnlyList<CheckpointTensor> ReadZip(CheckpointSource source, string? root)
    {
        var entries = ZipDirectory.Read(source);
        string folder = FindFolder(source, entries);
        RequireLittleEndian(source, entries, folder);
        var pickle = ReadPickle(source, entries[folder + "data.pkl"]);
        return StateDict.Read(source, pickle, root, MaxTensorBytes(source), storage => FindStorage(source, entries, folder, storage));
    }

    public static IReadOnlyList<CheckpointTensor> ReadLegacy(CheckpointSource source, string? root)
    {
        long position = 0;
        if (Next(source, "magic number", ref position).Value is not BigInteger magic || magic != s_legacyMagic) throw source.Refuse(null, "is not a checkpoint: its magic number is wrong");
        if (Next(source, "protocol version", ref position).Value is not LegacyProtocolVersion) throw source.Refuse("protocol version", $"is not {LegacyProtocolVersion}");
        if (Next(source, "system information", ref position).Value is not PickledDictionary system || system["little_endian"] is not true) throw source.Refuse("system information", "the file is not little-endian");
        var (value, described) = Next(source, "data pickle", ref position);
        if (Next(source, "storage keys", ref position).Value is not List<object?> keys) throw source.Refuse("storage keys", "are not a list");
        var storages = LocateStorages(source, keys, described, position);
        return StateDict.Read(source, value, root, MaxTensorBytes(source), storage => storages.GetValueOrDefault(storage.Key) ?? throw source.Refuse($"storage {storage.Key}", "is not in the file"));
    }

    /// <summary>Tensors may share and repeat values, but a small file that describes huge ones is made to do harm.</summary>
    private static long MaxTensorBytes(CheckpointSource source) => Math.Max(TensorBytesAtLeast, TensorBytesPerFileByte * source.Length);

    private static string FindFolder(CheckpointSource source, IReadOnlyDictionary<string, ZipEntry> entries)
    {
        var pickles = entries.Keys.Where(name => name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.IndexOf('/', StringComparison.Ordinal) == name.Length - "/data.pkl".Length).ToList();
        if (pickles.Count != 1) throw source.Refuse(null, $"is a zip archive, but not a PyTorch checkpoint: it has {pickles.Count} entries data.pkl");
        return pickles[0][..^"data.pkl".Length];
    }

    private static void RequireLittleEndian(CheckpointSource source, IReadOnlyDictionary<string, ZipEntry> entries, string folder)
    {
        if (!entries.TryGetValue(folder + "byteorder", out var entry)) return;
        string order = entry.Length <= 16 ? Encoding.ASCII.GetString(source.Read(entry.Offset, (int)entry.Length, entry.Name)) : "unknown";
        if (order != "little") throw source.Refuse(entry.Name, $"the byte order is '{order}'; only little is read");
    }

    private static object? ReadPickle(CheckpointSource source, ZipEntry entry)
    {
        if (entry.Length > MaxPickleBytes) throw source.Refuse(entry.Name, $"is {entry.Length} bytes long; at most {MaxPickleBytes} are read");
        uint crc = Crc32.HashToUInt32(source.Read(entry.Offset, (int)entry.Length, entry.Name));
        if (crc != entry.Crc) throw source.Refuse(entry.Name, $"is damaged: its CRC-32 is {crc:x8}, but the archive says {entry.Crc:x8}");
        return new Unpickler(new PickleStream(source, entry.Name, entry.Offset, entry.Offset + entry.Length), MaxTensorBytes(source)).Read();
    }

    private static StorageRegion FindStorage(CheckpointSource source, IReadOnlyDictionary<string, ZipEntry> entries, string folder, PickledStorage storage)
    {
        string name = $"{folder}data/{storage.Key}";
        if (!entries.TryGetValue(name, out var entry)) throw source.Refuse(name, "this storage is not in the archive");
        long length = storage.Count * storage.Type.Size;
        if (entry.Length != length) throw source.Refuse(name, $"is {entry.Length} bytes long, but its {storage.Count} elements of {storage.Type.Name} need {length}");
        return new StorageRegion(name, entry.Offset, length, entry.Crc);
    }

    private static (object? Value, IReadOnlyDictionary<string, PickledStorage> Storages) Next(CheckpointSource source, string part, ref long position)
    {
        var stream = new PickleStream(source, part, position, Math.Min(source.Length, position + MaxPickleBytes));
        var unpickler = new Unpickler(stream, MaxTensorBytes(source));
        object? value = unpickler.Read();
        position = stream.Position;
        return (value, unpickler.Storages);
    }

    /// <summary>Behind the pickles, in the order of the keys: each storage's element count in 8 bytes, then its elements.</summary>
    private static Dictionary<string, StorageRegion> LocateStorages(CheckpointSource source, List<object?> keys, IReadOnlyDictionary<string, PickledStorage> described, long position)
    {
        var regions = new Dictionary<string, StorageRegion>(StringComparer.Ordinal);
        foreach (object? key in keys)
        {
            if (key is not string name || !described.TryGetValue(name, out var storage)) throw source.Refuse("storage keys", "name a storage of no tensor");
            string entry = $"storage {name}";
            long count = BitConverter.ToInt64(source.Read(position, LengthBytes, entry));
            if (count != storage.Count) throw source.Refuse(entry, $"has {count} elements, but its tensors say {storage.Count}");
            long length = count * storage.Type.Size;
            position += LengthBytes;
            if (length > source.Length - position) throw source.Refuse(entry, $"{length} bytes from {position} lead out of the file of {source.Length}");
            if (!regions.TryAdd(name, new StorageRegion(entry, position, length, null))) throw source.Refuse("storage keys", $"name storage {name} twice");
            position += length;
        }

        return regions;
    }
}
