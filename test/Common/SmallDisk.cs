using System.Diagnostics;

namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>A file system of a few hundred kilobytes, to see what happens when it is full. Mounting one needs Linux and root: elsewhere the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _place = new();

    private SmallDisk() => Directory.CreateDirectory(Folder);

    public string Folder => _place["disk"];

    public static SmallDisk Create(int kilobytes = 256)
    {
        var disk = new SmallDisk();
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", disk.Folder)) return disk;
        disk._place.Dispose();
        Assert.Inconclusive("Mounting a small disk needs Linux and root.");
        throw new UnreachableException();
    }

    public void Dispose()
    {
        Run("umount", Folder);
        _place.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
