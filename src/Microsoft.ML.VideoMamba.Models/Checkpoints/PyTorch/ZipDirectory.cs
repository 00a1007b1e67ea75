using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.VideoMamba.Models.Checkpoints.PyTorch;

/// <summary>
/// The entries of a zip archive, zip64 included, read from its central directory and checked: stored, inside the file, not overlapping, each name once and
/// none that would lead out of a folder. Reads nothing of the entries but their headers.
/// </summary>
/// <remarks>Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3. torch.save stores its entries; a compressed one is refused.</remarks>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint End64LocatorSignature = 0x07064b50;
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int End64LocatorBytes = 20;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const int MaxDirectoryBytes = 64 << 20;
    private const string Part = "zip directory";

    public static IReadOnlyDictionary<string, ZipEntry> Read(CheckpointSource source)
    {
        var (offset, length, count) = FindDirectory(source);
        if (length > MaxDirectoryBytes || count > length / EntryBytes) throw source.Refuse(Part, $"{count} entries in {length} bytes are not a directory");
        byte[] directory = source.Read(offset, (int)length, Part);
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        var spans = new List<(long Start, long End, string Name)>();
        int position = 0;
        for (long i = 0; i < count; i++)
        {
            var (entry, start, end) = ReadEntry(source, directory, ref position, offset);
            if (!entries.TryAdd(entry.Name, entry)) throw source.Refuse(entry.Name, "the archive has two entries of this name");
            spans.Add((start, end, entry.Name));
        }

        RefuseOverlaps(source, spans);
        return entries;
    }

    private static (long Offset, long Length, long Count) FindDirectory(CheckpointSource source)
    {
        int tailLength = (int)Math.Min(source.Length, EndBytes + ushort.MaxValue);
        byte[] tail = source.Read(source.Length - tailLength, tailLength, Part);
        for (int at = tailLength - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (U32(end) != EndSignature || U16(end[20..]) != end.Length - EndBytes) continue;

            long endOffset = source.Length - tailLength + at;
            if (FindDirectory64(source, endOffset) is { } found) return found;
            long offset = U32(end[16..]), length = U32(end[12..]), count = U16(end[10..]);
            if (U16(end[4..]) != 0 || U16(end[6..]) != 0 || U16(end[8..]) != count) throw source.Refuse(Part, "the archive is split over several files");
            if (offset + length > endOffset) throw source.Refuse(Part, "it leads out of the file");
            return (offset, length, count);
        }

        throw source.Refuse(Part, "the archive has no end record: the file is cut off or damaged");
    }

    private static (long Offset, long Length, long Count)? FindDirectory64(CheckpointSource source, long endOffset)
    {
        if (endOffset < End64LocatorBytes + End64Bytes) return null;
        var locator = source.Read(endOffset - End64LocatorBytes, End64LocatorBytes, Part).AsSpan();
        if (U32(locator) != End64LocatorSignature) return null;

        long recordOffset = I64(locator[8..]);
        if (recordOffset < 0 || recordOffset > endOffset - End64LocatorBytes - End64Bytes) throw source.Refuse(Part, "its zip64 record lies outside the file");
        var record = source.Read(recordOffset, End64Bytes, Part).AsSpan();
        if (U32(record) != End64Signature) throw source.Refuse(Part, "its zip64 record is damaged");
        long count = I64(record[32..]), length = I64(record[40..]), offset = I64(record[48..]);
        if (count < 0 || length < 0 || offset < 0 || offset > recordOffset - length) throw source.Refuse(Part, "its zip64 record leads out of the file");
        return (offset, length, count);
    }

    private static (ZipEntry Entry, long Start, long End) ReadEntry(CheckpointSource source, byte[] directory, ref int position, long directoryOffset)
    {
        if (directory.Length - position < EntryBytes || U32(directory.AsSpan(position)) != EntrySignature) throw source.Refuse(Part, "an entry is damaged");
        var header = directory.AsSpan(position);
        int nameLength = U16(header[28..]), extraLength = U16(header[30..]), commentLength = U16(header[32..]);
        if (header.Length < EntryBytes + nameLength + extraLength + commentLength) throw source.Refuse(Part, "an entry is cut off");
        position += EntryBytes + nameLength + extraLength + commentLength;

        string name = Encoding.UTF8.GetString(header.Slice(EntryBytes, nameLength));
        RefuseEscape(source, name);
        int flags = U16(header[8..]), method = U16(header[10..]);
        if ((flags & 1) != 0) throw source.Refuse(name, "is encrypted");
        if (method != 0) throw source.Refuse(name, "is compressed; torch.save stores its entries: unpack the archive and pack it again without compression");

        long compressed = U32(header[20..]), length = U32(header[24..]), start = U32(header[42..]);
        ReadExtra64(source, name, header.Slice(EntryBytes + nameLength, extraLength), ref length, ref compressed, ref start);
        if (length < 0 || compressed != length) throw source.Refuse(name, $"is stored with two lengths, {length} and {compressed}");
        long offset = FindData(source, name, start, directoryOffset);
        if (length > directoryOffset - offset) throw source.Refuse(name, $"{length} bytes from {offset} lead out of the archive");
        return (new ZipEntry(name, offset, length, U32(header[16..])), start, offset + length);
    }

    /// <summary>Where a 32-bit field is full, the extra field 0x0001 holds the value, in this order.</summary>
    private static void ReadExtra64(CheckpointSource source, string name, ReadOnlySpan<byte> extra, ref long length, ref long compressed, ref long start)
    {
        if (length != uint.MaxValue && compressed != uint.MaxValue && start != uint.MaxValue) return;
        while (extra.Length >= 4)
        {
            int id = U16(extra), size = U16(extra[2..]);
            if (size > extra.Length - 4) break;
            var field = extra.Slice(4, size);
            extra = extra[(4 + size)..];
            if (id != 1) continue;

            length = Widen(source, name, length, ref field);
            compressed = Widen(source, name, compressed, ref field);
            start = Widen(source, name, start, ref field);
            return;
        }

        throw source.Refuse(name, "its zip64 field is missing");
    }

    private static long Widen(CheckpointSource source, string name, long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue) return value;
        if (field.Length < 8) throw source.Refuse(name, "its zip64 field is cut off");
        value = I64(field);
        field = field[8..];
        return value;
    }

    private static long FindData(CheckpointSource source, string name, long start, long directoryOffset)
    {
        if (start < 0 || start > directoryOffset - LocalBytes) throw source.Refuse(name, $"its header at {start} lies outside the archive");
        var local = source.Read(start, LocalBytes, name).AsSpan();
        if (U32(local) != LocalSignature) throw source.Refuse(name, "its header is damaged");
        int nameLength = U16(local[26..]);
        if (start + LocalBytes + nameLength > directoryOffset) throw source.Refuse(name, "its header leads out of the archive");
        string localName = Encoding.UTF8.GetString(source.Read(start + LocalBytes, nameLength, name));
        if (localName != name) throw source.Refuse(name, $"its header calls it '{localName}'");
        return start + LocalBytes + nameLength + U16(local[28..]);
    }

    /// <summary>Nothing is unpacked by name, but a name like this is a sign of an archive made to do harm.</summary>
    private static void RefuseEscape(CheckpointSource source, string name)
    {
        bool escapes = name.Length == 0 || name[0] == '/' || name.AsSpan().ContainsAny("\\:\0") || name.Split('/').Contains("..");
        if (escapes) throw source.Refuse(name, "this entry's name leads out of the archive's folder");
    }

    private static void RefuseOverlaps(CheckpointSource source, List<(long Start, long End, string Name)> spans)
    {
        spans.Sort();
        for (int i = 1; i < spans.Count; i++)
        {
            if (spans[i].Start < spans[i - 1].End) throw source.Refuse(spans[i].Name, $"overlaps {spans[i - 1].Name}");
        }
    }

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static long I64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes);
}
