using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Writes a copy of a managed assembly whose internal types and members are public, for the compiler to refer to. Only flags in the metadata tables
/// change (ECMA-335, II.22 and II.23.1), so the file keeps its size and layout. The copy is never run.
/// </summary>
public sealed class PublicizeReference : Task
{
    private const int TypeDefinition = 2, Field = 4, MethodDefinition = 6;

    private byte[] _image;
    private readonly int[] _rows = new int[64];
    private int _stringIndex, _guidIndex, _blobIndex;

    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    public override bool Execute()
    {
        _image = File.ReadAllBytes(Source);
        Publicize(ReadTableHeader());
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));

        // An unchanged file keeps its date, and incremental builds stay incremental.
        if (!File.Exists(Destination) || !File.ReadAllBytes(Destination).SequenceEqual(_image)) File.WriteAllBytes(Destination, _image);
        return true;
    }

    /// <summary>Finds the table stream and reads how many rows each table has.</summary>
    /// <returns>The offset of the first table's first row.</returns>
    private int ReadTableHeader()
    {
        int tables = FindTableStream();
        byte heapSizes = _image[tables + 6];
        _stringIndex = (heapSizes & 1) != 0 ? 4 : 2;
        _guidIndex = (heapSizes & 2) != 0 ? 4 : 2;
        _blobIndex = (heapSizes & 4) != 0 ? 4 : 2;

        ulong present = BitConverter.ToUInt64(_image, tables + 8);
        int position = tables + 24;
        for (int table = 0; table < _rows.Length; table++)
        {
            if ((present >> table & 1) == 0) continue;
            _rows[table] = BitConverter.ToInt32(_image, position);
            position += 4;
        }

        if (_rows[3] != 0 || _rows[5] != 0) throw new InvalidDataException(Source + ": has indirection tables, which a compiler does not write.");
        return position;
    }

    private int FindTableStream()
    {
        int pe = Int32(0x3C), optionalHeader = pe + 24;
        bool is64Bit = UInt16(optionalHeader) == 0x20B;
        int cliHeader = OffsetOf(Int32(optionalHeader + (is64Bit ? 112 : 96) + 14 * 8));
        int metadata = OffsetOf(Int32(cliHeader + 8));
        int position = metadata + 16 + Int32(metadata + 12);
        int streams = UInt16(position + 2);
        position += 4;
        for (int i = 0; i < streams; i++)
        {
            int end = Array.IndexOf(_image, (byte)0, position + 8);
            if (Encoding.ASCII.GetString(_image, position + 8, end - position - 8) == "#~") return metadata + Int32(position);
            position += 8 + (end - position - 8) / 4 * 4 + 4;
        }

        throw new InvalidDataException(Source + ": has no metadata tables.");
    }

    /// <summary>Changes the flags of types, fields and methods, which follow the tables Module, TypeRef, TypeDef, Field, MethodDef in this order.</summary>
    private void Publicize(int position)
    {
        int moduleRow = 2 + _stringIndex + 3 * _guidIndex;
        int typeReferenceRow = CodedIndex(2, 0, 26, 35, 1) + 2 * _stringIndex;
        int typeDefinitionRow = 4 + 2 * _stringIndex + CodedIndex(2, TypeDefinition, 1, 27) + Index(Field) + Index(MethodDefinition);
        int fieldRow = 2 + _stringIndex + _blobIndex;
        int methodRow = 8 + _stringIndex + _blobIndex + Index(8);

        position += _rows[0] * moduleRow + _rows[1] * typeReferenceRow;
        for (int i = 0; i < _rows[TypeDefinition]; i++, position += typeDefinitionRow) Replace(position, PublicType);
        for (int i = 0; i < _rows[Field]; i++, position += fieldRow) Replace(position, PublicMember);
        for (int i = 0; i < _rows[MethodDefinition]; i++, position += methodRow) Replace(position + 6, PublicMember);
    }

    /// <summary>NotPublic becomes Public, every nested visibility NestedPublic.</summary>
    private static int PublicType(int visibility) => visibility == 0 ? 1 : visibility >= 3 ? 2 : visibility;

    /// <summary>FamANDAssem (private protected) becomes Family, so that it can still be overridden, and Assembly becomes Public; private stays.</summary>
    private static int PublicMember(int access) => access == 2 ? 4 : access == 3 ? 6 : access;

    private void Replace(int position, Func<int, int> change) => _image[position] = (byte)((_image[position] & ~7) | change(_image[position] & 7));

    private int Index(int table) => _rows[table] < 0x10000 ? 2 : 4;

    private int CodedIndex(int tagBits, params int[] tables) => tables.Max(table => _rows[table]) < 1 << (16 - tagBits) ? 2 : 4;

    private int OffsetOf(int address)
    {
        int pe = Int32(0x3C), sections = UInt16(pe + 6), firstSection = pe + 24 + UInt16(pe + 20);
        for (int section = firstSection; section < firstSection + sections * 40; section += 40)
        {
            int start = Int32(section + 12), size = Math.Max(Int32(section + 8), Int32(section + 16));
            if (address >= start && address < start + size) return address - start + Int32(section + 20);
        }

        throw new InvalidDataException(Source + ": is damaged: no section holds address " + address + ".");
    }

    private int Int32(int position) => BitConverter.ToInt32(_image, position);

    private int UInt16(int position) => BitConverter.ToUInt16(_image, position);
}
