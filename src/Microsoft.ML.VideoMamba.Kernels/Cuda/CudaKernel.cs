using System.Collections.Concurrent;
using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>A compiled kernel on one card, whose single parameter is a <typeparamref name="TArguments"/> laid out as the source's struct of that name.</summary>
internal sealed unsafe class CudaKernel<TArguments>
    where TArguments : unmanaged
{
    private const uint StaticSharedLimit = 48 * 1024;

    private readonly CudaDevice _device;
    private readonly nint _function;
    private readonly string _name;
    private readonly ConcurrentDictionary<int, int> _residentBlocks = new();

    internal CudaKernel(CudaDevice device, nint function, string name)
    {
        (_device, _function, _name) = (device, function, name);
        if (device.DriverVersion >= CudaDevice.FirstVersionWithParameterSizes) CheckArguments();
    }

    /// <summary>Registers a thread takes.</summary>
    public int Registers => Attribute(DriverApi.Registers);

    /// <summary>Bytes of a thread's variables that did not fit into registers.</summary>
    public int LocalBytes => Attribute(DriverApi.LocalBytes);

    /// <summary>Queues the kernel.</summary>
    /// <param name="arguments">Copied before this returns. Tensors behind its addresses must live until the stream has passed the launch.</param>
    /// <param name="grid">Blocks.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="sharedBytes">Dynamic shared memory of a block.</param>
    /// <param name="stream">0 for libtorch's, the legacy default stream.</param>
    /// <exception cref="CudaException">The driver refuses the launch.</exception>
    public void Launch(in TArguments arguments, Grid grid, int threads, int sharedBytes = 0, nint stream = 0)
    {
        using var current = _device.MakeCurrent();
        if (sharedBytes > StaticSharedLimit) Check(cuFuncSetAttribute(_function, DynamicSharedBytes, sharedBytes));
        fixed (TArguments* parameter = &arguments)
        {
            void* parameters = parameter;
            Check(cuLaunchKernel(_function, grid.X, grid.Y, grid.Z, (uint)threads, 1, 1, (uint)sharedBytes, stream, &parameters, null), $"Launch of {_name}");
        }
    }

    /// <summary>How many blocks of that many threads a multiprocessor holds at a time.</summary>
    public int ResidentBlocks(int threads) => _residentBlocks.GetOrAdd(threads, count =>
    {
        using var current = _device.MakeCurrent();
        Check(cuOccupancyMaxActiveBlocksPerMultiprocessor(out int blocks, _function, count, 0));
        return blocks;
    });

    private void CheckArguments()
    {
        using var current = _device.MakeCurrent();
        Check(cuFuncGetParamInfo(_function, 0, out _, out nuint size));
        if ((int)size != sizeof(TArguments)) throw new InvalidOperationException($"{_name} takes {size} bytes of arguments; {typeof(TArguments).Name} has {sizeof(TArguments)}.");
    }

    private int Attribute(int attribute)
    {
        using var current = _device.MakeCurrent();
        Check(cuFuncGetAttribute(out int value, attribute, _function));
        return value;
    }
}
