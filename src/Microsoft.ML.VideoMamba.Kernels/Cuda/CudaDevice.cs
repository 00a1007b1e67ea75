using System.Collections.Concurrent;
using System.Text;
using TorchSharp;
using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>One card: its primary context, which libtorch works in too, what it is, and the kernels compiled for it.</summary>
internal sealed unsafe class CudaDevice
{
    /// <summary>The first driver that tells the size of a kernel's parameters.</summary>
    public const int FirstVersionWithParameterSizes = 12040;

    /// <summary>Shared memory that a card takes for itself of each block.</summary>
    public const int ReservedSharedBytes = 1024;

    private static readonly ConcurrentDictionary<int, Lazy<CudaDevice>> s_devices = new();

    private readonly nint _context;
    private readonly ConcurrentDictionary<KernelSource, Lazy<nint>> _modules = new();
    private readonly ConcurrentDictionary<(KernelSource Source, string Name), Lazy<object>> _kernels = new();

    private CudaDevice(int index)
    {
        Check(cuDriverGetVersion(out int version));
        Check(cuDeviceGet(out int device, index));
        Check(cuDevicePrimaryCtxRetain(out _context, device));
        byte* name = stackalloc byte[256];
        Check(cuDeviceGetName(name, 256, device));
        (Index, DriverVersion, Name) = (index, version, Encoding.UTF8.GetString(name, new ReadOnlySpan<byte>(name, 256).IndexOf((byte)0)));
        Capability = 10 * Attribute(device, ComputeCapabilityMajor) + Attribute(device, ComputeCapabilityMinor);
        Multiprocessors = Attribute(device, MultiprocessorCount);
        (SharedBytesPerBlock, SharedBytesPerMultiprocessor) = (Attribute(device, MaxSharedBytesPerBlock), Attribute(device, MaxSharedBytesPerMultiprocessor));
    }

    /// <summary>The device's number, as torch counts.</summary>
    public int Index { get; }

    /// <summary>Such as <c>NVIDIA H100 80GB HBM3</c>.</summary>
    public string Name { get; }

    /// <summary>Compute capability times ten, such as 90.</summary>
    public int Capability { get; }

    /// <summary>The number of multiprocessors.</summary>
    public int Multiprocessors { get; }

    /// <summary>Shared memory that a block can ask for.</summary>
    public int SharedBytesPerBlock { get; }

    /// <summary>Shared memory of a multiprocessor, for all of its blocks and <see cref="ReservedSharedBytes"/> more for each.</summary>
    public int SharedBytesPerMultiprocessor { get; }

    /// <summary>The newest CUDA that the driver knows, such as 13000.</summary>
    public int DriverVersion { get; }

    /// <summary>The card of that number. <see cref="CudaSupport"/> says beforehand whether there is one.</summary>
    /// <exception cref="CudaException">There is none, or the driver refuses it.</exception>
    public static CudaDevice Get(int index) => s_devices.GetOrAdd(index, key => new Lazy<CudaDevice>(() => Create(key))).Value;

    /// <summary>The card that <paramref name="tensor"/> is on.</summary>
    public static CudaDevice Of(torch.Tensor tensor) => Get(tensor.device_index);

    /// <summary>Makes the card's context the calling thread's until the result is disposed.</summary>
    public CurrentContext MakeCurrent()
    {
        Check(cuCtxPushCurrent(_context));
        return default;
    }

    /// <summary>Queues zeros into memory.</summary>
    /// <param name="address">Of the first word.</param>
    /// <param name="words">How many, of 32 bits.</param>
    /// <param name="stream">Where to queue.</param>
    public void Clear(nint address, long words, nint stream)
    {
        using var current = MakeCurrent();
        Check(cuMemsetD32Async(address, 0, (nuint)words, stream));
    }

    /// <summary>The kernel <paramref name="name"/> of <paramref name="source"/>, compiled and loaded at its first use.</summary>
    /// <exception cref="CudaException">It does not compile or load.</exception>
    public CudaKernel<TArguments> Kernel<TArguments>(KernelSource source, string name)
        where TArguments : unmanaged =>
        (CudaKernel<TArguments>)_kernels.GetOrAdd((source, name), key => new Lazy<object>(() => LoadKernel<TArguments>(key.Source, key.Name))).Value;

    private static CudaDevice Create(int index)
    {
        if (CudaSupport.Problem(index) is { } problem) throw new CudaException(problem);
        return new CudaDevice(index);
    }

    private static int Attribute(int device, int attribute)
    {
        Check(cuDeviceGetAttribute(out int value, attribute, device));
        return value;
    }

    private CudaKernel<TArguments> LoadKernel<TArguments>(KernelSource source, string name)
        where TArguments : unmanaged
    {
        nint module = _modules.GetOrAdd(source, key => new Lazy<nint>(() => LoadModule(key))).Value;
        using var current = MakeCurrent();
        Check(cuModuleGetFunction(out nint function, module, name), $"cuModuleGetFunction of {name} in {source}");
        return new CudaKernel<TArguments>(this, function, name);
    }

    private nint LoadModule(KernelSource source)
    {
        byte[] image = KernelCompiler.Compile(source, Capability, DriverVersion);
        using var current = MakeCurrent();
        fixed (byte* start = image)
        {
            Check(cuModuleLoadData(out nint module, start), $"cuModuleLoadData of {source}");
            return module;
        }
    }

    /// <summary>Ends what <see cref="MakeCurrent"/> began.</summary>
    public readonly ref struct CurrentContext : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose() => Check(cuCtxPopCurrent(out _));
    }
}
