using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>
/// Empty shared objects in place of the desktop libraries (GTK, X11, Cairo ...) that OpenCV's Linux library names as needed but that reading and
/// writing video never calls: it binds all of their functions lazily and uses none of their data, so a file with the right SONAME satisfies the loader.
/// A library that the machine has is always taken instead.
/// </summary>
internal static partial class StubLibrary
{
    /// <summary>Set to 0 to load OpenCV only with the real libraries, for a process in which another component needs them.</summary>
    public const string Switch = "VIDEOMAMBA_VIDEO_STUBS";

    private const int HeaderSize = 64, SegmentSize = 56, SymbolSize = 24, HashSize = 16, DynamicSize = 7 * 16;
    private const uint CloseOnExec = 1;

    private static readonly string[] s_names =
    [
        "libfreetype.so.6", "libharfbuzz.so.0", "libgtk-3.so.0", "libgdk-3.so.0", "libpangocairo-1.0.so.0", "libpango-1.0.so.0", "libatk-1.0.so.0",
        "libcairo-gobject.so.2", "libcairo.so.2", "libgdk_pixbuf-2.0.so.0", "libgio-2.0.so.0", "libgobject-2.0.so.0", "libglib-2.0.so.0", "libdrm.so.2",
        "libatomic.so.1", "libX11.so.6",
    ];

    private static bool Applies =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
        && Environment.GetEnvironmentVariable(Switch) != "0";

    /// <summary>Stands in for each of the libraries that this machine lacks.</summary>
    /// <returns>The names of the libraries that were stood in for.</returns>
    public static IReadOnlyList<string> LoadMissing()
    {
        if (!Applies) return [];
        string[] missing = [.. s_names.Where(name => !NativeLibrary.TryLoad(name, out _))];
        foreach (string name in missing) Load(name);
        return missing;
    }

    private static void Load(string name)
    {
        byte[] image = Image(name);
        int file = MemfdCreate(name, CloseOnExec);
        if (file < 0) throw new DllNotFoundException($"No memory file for '{name}': {Marshal.GetLastPInvokeErrorMessage()}.");
        if (Write(file, image, image.Length) != image.Length) throw new DllNotFoundException($"Cannot write '{name}': {Marshal.GetLastPInvokeErrorMessage()}.");

        // The file stays open: the loader knows a library by its path, so the number in it must not come again for another one.
        NativeLibrary.Load($"/proc/self/fd/{file}");
    }

    /// <summary>An ELF64 shared object for x64 with a SONAME, one null symbol and nothing else.</summary>
    internal static byte[] Image(string soname)
    {
        byte[] strings = Encoding.ASCII.GetBytes($"\0{soname}\0");
        int stringsAt = HeaderSize + 3 * SegmentSize;
        int symbolsAt = (stringsAt + strings.Length + 7) & ~7, hashAt = symbolsAt + SymbolSize, dynamicAt = hashAt + HashSize, total = dynamicAt + DynamicSize;
        var image = new byte[total];
        WriteHeader(image);
        WriteSegment(image, 0, type: 1 /* PT_LOAD */, at: 0, size: total, align: 0x1000);
        WriteSegment(image, 1, type: 2 /* PT_DYNAMIC */, at: dynamicAt, size: DynamicSize, align: 8);
        WriteSegment(image, 2, type: 0x6474e551 /* PT_GNU_STACK */, at: 0, size: 0, align: 16);
        strings.CopyTo(image, stringsAt);
        U32(image, hashAt, 1);
        U32(image, hashAt + 4, 1);

        // DT_SONAME, HASH, STRTAB, SYMTAB, STRSZ, SYMENT, NULL
        (long Tag, long Value)[] entries = [(14, 1), (4, hashAt), (5, stringsAt), (6, symbolsAt), (10, strings.Length), (11, SymbolSize), (0, 0)];
        for (int i = 0; i < entries.Length; i++)
        {
            U64(image, dynamicAt + 16 * i, entries[i].Tag);
            U64(image, dynamicAt + 16 * i + 8, entries[i].Value);
        }

        return image;
    }

    private static void WriteHeader(byte[] image)
    {
        // Magic, 64 bits, little endian, version 1.
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(image);
        U16(image, 16, 3); // ET_DYN
        U16(image, 18, 62); // EM_X86_64
        U32(image, 20, 1);
        U64(image, 32, HeaderSize); // program headers follow at once
        U16(image, 52, HeaderSize);
        U16(image, 54, SegmentSize);
        U16(image, 56, 3);
        U16(image, 58, 64);
    }

    private static void WriteSegment(byte[] image, int index, uint type, int at, int size, int align)
    {
        int header = HeaderSize + index * SegmentSize;
        U32(image, header, type);
        U32(image, header + 4, 6 /* read, write */);
        U64(image, header + 8, at);
        U64(image, header + 16, at);
        U64(image, header + 24, at);
        U64(image, header + 32, size);
        U64(image, header + 40, size);
        U64(image, header + 48, align);
    }

    private static void U16(byte[] image, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), value);

    private static void U32(byte[] image, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);

    private static void U64(byte[] image, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(image.AsSpan(at), value);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int file, byte[] bytes, nint count);
}
