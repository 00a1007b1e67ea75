using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>
/// Makes one symbol version that an ELF library requires optional.
/// </summary>
/// <remarks>
/// TorchSharp's native part is linked against GCC 13's libstdc++ and requires the version GLIBCXX_3.4.32 for a symbol that nothing in it calls, so the
/// loader of Debian 12 or Ubuntu 22.04 refuses it. The ELF format has a flag for a requirement that may go unmet, VER_FLG_WEAK: setting that one bit in the
/// requirement's entry is all that is needed. Only a private copy is changed.
/// </remarks>
internal static class WeakSymbolVersion
{
    private const int SectionHeaderSize = 64;
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>Sets the flag in place.</summary>
    /// <param name="elf">A whole 64-bit little-endian ELF file.</param>
    /// <param name="version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>Whether the library requires that version and its flag was clear before.</returns>
    /// <exception cref="InvalidDataException">The file is not a 64-bit little-endian ELF file.</exception>
    public static bool TrySet(Span<byte> elf, string version)
    {
        if (elf.Length < 64 || !elf[..6].SequenceEqual("\u007fELF\u0002\u0001"u8)) throw new InvalidDataException("Not a 64-bit little-endian ELF file.");
        int sections = checked((int)BinaryPrimitives.ReadInt64LittleEndian(elf[40..]));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[60..]);
        for (int i = 0; i < count; i++)
        {
            var header = elf.Slice(sections + i * SectionHeaderSize, SectionHeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != VersionNeedSection) continue;
            int offset = Offset(header);
            int names = Offset(elf.Slice(sections + (int)BinaryPrimitives.ReadUInt32LittleEndian(header[40..]) * SectionHeaderSize, SectionHeaderSize));
            return TrySet(elf, offset, names, Encoding.ASCII.GetBytes(version));
        }

        return false;

        static int Offset(ReadOnlySpan<byte> header) => checked((int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]));
    }

    /// <summary>Walks the list of needed files (Verneed) and each one's list of versions (Vernaux).</summary>
    private static bool TrySet(Span<byte> elf, int need, int names, ReadOnlySpan<byte> version)
    {
        while (true)
        {
            int versions = BinaryPrimitives.ReadUInt16LittleEndian(elf[(need + 2)..]);
            int entry = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(need + 8)..]);
            for (int i = 0; i < versions; i++)
            {
                int name = names + (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(entry + 8)..]);
                if (elf[name..].StartsWith(version) && elf[name + version.Length] == 0) return TrySetFlag(elf[(entry + 4)..]);
                entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(elf[(entry + 12)..]);
            }

            uint next = BinaryPrimitives.ReadUInt32LittleEndian(elf[(need + 12)..]);
            if (next == 0) return false;
            need += (int)next;
        }
    }

    private static bool TrySetFlag(Span<byte> flags)
    {
        ushort value = BinaryPrimitives.ReadUInt16LittleEndian(flags);
        if ((value & WeakFlag) != 0) return false;
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(value | WeakFlag));
        return true;
    }
}
