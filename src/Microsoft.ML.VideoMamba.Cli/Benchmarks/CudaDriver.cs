using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>Figures of a CUDA device that torch does not give: the driver's.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>CU_DEVICE_ATTRIBUTE_CLOCK_RATE, in kHz.</summary>
    public const int ClockRate = 13;

    /// <summary>CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT.</summary>
    public const int Multiprocessors = 16;

    private static readonly Lazy<nint> s_library = new(() => NativeLibrary.Load(OperatingSystem.IsWindows() ? "nvcuda" : "libcuda.so.1"));

    /// <summary>A device's attribute by its number in cuda.h.</summary>
    public static int Attribute(int device, int attribute)
    {
        int value;
        Check("cuDeviceGetAttribute", ((delegate* unmanaged<int*, int, int, int>)Entry("cuDeviceGetAttribute"))(&value, attribute, device));
        return value;
    }

    /// <summary>A device's name.</summary>
    public static string Name(int device)
    {
        const int Size = 256;
        byte* name = stackalloc byte[Size];
        Check("cuDeviceGetName", ((delegate* unmanaged<byte*, int, int, int>)Entry("cuDeviceGetName"))(name, Size, device));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    /// <summary>Bytes in use on a device, by everyone.</summary>
    public static long UsedBytes(int device)
    {
        nint context;
        Check("cuDevicePrimaryCtxRetain", ((delegate* unmanaged<nint*, int, int>)Entry("cuDevicePrimaryCtxRetain"))(&context, device));
        try
        {
            nuint free, total;
            Check("cuCtxPushCurrent", ((delegate* unmanaged<nint, int>)Entry("cuCtxPushCurrent_v2"))(context));
            int code = ((delegate* unmanaged<nuint*, nuint*, int>)Entry("cuMemGetInfo_v2"))(&free, &total);
            Check("cuCtxPopCurrent", ((delegate* unmanaged<nint*, int>)Entry("cuCtxPopCurrent_v2"))(&context));
            Check("cuMemGetInfo", code);
            return (long)(total - free);
        }
        finally
        {
            Check("cuDevicePrimaryCtxRelease", ((delegate* unmanaged<int, int>)Entry("cuDevicePrimaryCtxRelease_v2"))(device));
        }
    }

    private static nint Entry(string name) => NativeLibrary.GetExport(s_library.Value, name);

    private static void Check(string function, int code)
    {
        if (code != 0) throw new InvalidOperationException($"The CUDA driver's {function} failed with code {code}.");
    }
}
