using System.IO.Hashing;
using System.Text;

namespace Microsoft.ML.VideoMamba.Models.Tests.Checkpoints;

/// <summary>Writes zip archives of stored entries by hand, so that tests can say what no library would write.</summary>
internal static class StoredZip
{
    /// <summary>Bytes of an entry's header ahead of its name.</summary>
    public const int HeaderBytes = 30;

    /// <summary>One entry. Null fields are written as they should be.</summary>
    public sealed record Entry(string Name, byte[] Bytes)
    {
        public ushort Flags { get; init; }

        public ushort Method { get; init; }

        public uint? Crc { get; init; }

        public string? LocalName { get; init; }

        public long? Offset { get; init; }

        public long? Length { get; init; }
    }

    /// <param name="entries">What to store.</param>
    /// <param name="zip64">Whether every length and offset goes into the extra field and the end record is zip64's, as for files over 4 GiB.</param>
    public static byte[] Write(IEnumerable<Entry> entries, bool zip64 = false)
    {
        using var file = new MemoryStream();
        using var directory = new MemoryStream();
        using var writer = new BinaryWriter(file);
        int count = 0;
        foreach (var entry in entries)
        {
            count++;
            WriteEntry(writer, new BinaryWriter(directory), entry, zip64);
        }

        long start = file.Length, length = directory.Length;
        directory.WriteTo(file);
        if (zip64) WriteEnd64(writer, count, length, start);
        writer.Write(0x06054b50);
        writer.Write(0);
        writer.Write(zip64 ? ushort.MaxValue : (ushort)count);
        writer.Write(zip64 ? ushort.MaxValue : (ushort)count);
        writer.Write(zip64 ? uint.MaxValue : (uint)length);
        writer.Write(zip64 ? uint.MaxValue : (uint)start);
        writer.Write((ushort)0);
        writer.Flush();
        return file.ToArray();
    }

    private static void WriteEntry(BinaryWriter file, BinaryWriter directory, Entry entry, bool zip64)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Name), localName = Encoding.UTF8.GetBytes(entry.LocalName ?? entry.Name);
        long offset = entry.Offset ?? file.BaseStream.Length, length = entry.Length ?? entry.Bytes.Length;
        uint crc = entry.Crc ?? Crc32.HashToUInt32(entry.Bytes);

        file.Write(0x04034b50);
        WriteCommon(file, entry, crc, 0, 0, localName.Length, 0);
        file.Write(localName);
        file.Write(entry.Bytes);

        directory.Write(0x02014b50);
        directory.Write((ushort)45);
        WriteCommon(directory, entry, crc, zip64 ? uint.MaxValue : (uint)length, zip64 ? uint.MaxValue : (uint)length, name.Length, zip64 ? 28 : 0);
        directory.Write((ushort)0);
        directory.Write((ushort)0);
        directory.Write((ushort)0);
        directory.Write(0);
        directory.Write(zip64 ? uint.MaxValue : (uint)offset);
        directory.Write(name);
        if (!zip64) return;
        directory.Write((ushort)1);
        directory.Write((ushort)24);
        directory.Write(length);
        directory.Write(length);
        directory.Write(offset);
    }

    private static void WriteCommon(BinaryWriter writer, Entry entry, uint crc, uint compressed, uint length, int nameLength, int extraLength)
    {
        writer.Write((ushort)45);
        writer.Write(entry.Flags);
        writer.Write(entry.Method);
        writer.Write(0);
        writer.Write(crc);
        writer.Write(compressed);
        writer.Write(length);
        writer.Write((ushort)nameLength);
        writer.Write((ushort)extraLength);
    }

    private static void WriteEnd64(BinaryWriter writer, long count, long length, long start)
    {
        long record = writer.BaseStream.Position = writer.BaseStream.Length;
        writer.Write(0x06064b50);
        writer.Write(44L);
        writer.Write((ushort)45);
        writer.Write((ushort)45);
        writer.Write(0L);
        writer.Write(count);
        writer.Write(count);
        writer.Write(length);
        writer.Write(start);
        writer.Write(0x07064b50);
        writer.Write(0);
        writer.Write(record);
        writer.Write(1);
    }
}
