using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Memory for machine code that is made while the program runs: written first, executable after, never both.</summary>
internal static unsafe partial class ExecutableMemory
{
    /// <summary>Keeps machine code for the life of the process.</summary>
    /// <returns>Its address; null where the system keeps processes from making code, or is neither Linux nor Windows.</returns>
    public static void* TryKeep(ReadOnlySpan<byte> code)
    {
        if (OperatingSystem.IsWindows()) return TryKeepOnWindows(code);
        return OperatingSystem.IsLinux() ? TryKeepOnLinux(code) : null;
    }

    private static void* TryKeepOnLinux(ReadOnlySpan<byte> code)
    {
        const int Read = 1, Write = 2, Execute = 4, PrivateAnonymous = 0x22;
        const nint Failed = -1;
        nint memory = Map(0, (nuint)code.Length, Read | Write, PrivateAnonymous, -1, 0);
        if (memory == Failed) return null;
        code.CopyTo(new Span<byte>((void*)memory, code.Length));
        return Protect(memory, (nuint)code.Length, Read | Execute) == 0 ? (void*)memory : null;
    }

    private static void* TryKeepOnWindows(ReadOnlySpan<byte> code)
    {
        const uint CommitAndReserve = 0x3000, ReadWrite = 4, ExecuteRead = 0x20;
        nint memory = VirtualAlloc(0, (nuint)code.Length, CommitAndReserve, ReadWrite);
        if (memory == 0) return null;
        code.CopyTo(new Span<byte>((void*)memory, code.Length));
        return VirtualProtect(memory, (nuint)code.Length, ExecuteRead, out _) != 0 ? (void*)memory : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualProtect(nint address, nuint size, uint protection, out uint before);
}
