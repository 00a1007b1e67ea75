using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>Sets variables where a native library looks for them: on Unix .NET keeps a copy of its own that <c>getenv</c> never sees.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>Sets a variable unless the user has set it.</summary>
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
