using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Native;

/// <summary>
/// Sets variables where a native library looks for them: on Unix .NET keeps a copy of its own that <c>getenv</c> never sees. Compiled into Video and into Kernels, the two
/// floors that bring native libraries and have nothing below them to share.
/// </summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable unless the user has set it. A library must not have read it yet.</summary>
    /// <exception cref="InvalidOperationException">The system refuses, for want of memory.</exception>
    public static void SetDefault(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is not null) return;
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        else if (SetEnvironment(name, value, overwrite: 0) != 0)
        {
            throw new InvalidOperationException($"The variable {name} could not be set: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
