using static Microsoft.ML.VideoMamba.Kernels.Cuda.DriverApi;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>A compiled kernel on one card, whose single parameter is a <typeparamref name="TArguments"/> laid out as the source's struct of that name.</summary>
internal sealed unsafe class CudaKernel<TArguments>
    where TArguments : unmanaged
{
    /// <summary>Shared memory that a block may take unasked; a multiple that the card rounds a block's up to.</summary>
    private const int UnaskedSharedBytes = 48 * 1024, SharedMultiple = 128;

    private readonly CudaDevice _device;
    private readonly nint _function;
    private readonly string _name;
    private readonly Lock _asking = new();
    private readonly Lazy<int> _staticShared;
    private int _askedShared;

    internal CudaKernel(CudaDevice device, nint function, string name)
    {
        (_device, _function, _name) = (device, function, name);
        _staticShared = new(() => Attribute(StaticSharedBytes));
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
        AskForShared(sharedBytes);
        fixed (TArguments* parameter = &arguments)
        {
            void* parameters = parameter;
            Check(cuLaunchKernel(_function, grid.X, grid.Y, grid.Z, (uint)threads, 1, 1, (uint)sharedBytes, stream, &parameters, null), $"Launch of {_name}");
        }
    }

    /// <summary>The dynamic shared memory with which a multiprocessor holds that many blocks and no more; 0 where it holds fewer anyway.</summary>
    /// <param name="blocks">From 1 up.</param>
    public int SharedBytesFor(int blocks)
    {
        int each = Math.Min(_device.SharedBytesPerBlock, _device.SharedBytesPerMultiprocessor / blocks - CudaDevice.ReservedSharedBytes) / SharedMultiple * SharedMultiple;
        return Math.Max(0, each - _staticShared.Value);
    }

    /// <summary>How many blocks of that many threads, with that much dynamic shared memory, a multiprocessor holds at a time.</summary>
    public int ResidentBlocks(int threads, int sharedBytes = 0)
    {
        using var current = _device.MakeCurrent();
        AskForShared(sharedBytes);
        Check(cuOccupancyMaxActiveBlocksPerMultiprocessor(out int blocks, _function, threads, (nuint)sharedBytes));
        return blocks;
    }

    /// <summary>What is once allowed stays so: launches of other sizes, maybe of other threads, come between.</summary>
    private void AskForShared(int sharedBytes)
    {
        if (sharedBytes <= Volatile.Read(ref _askedShared) || sharedBytes + _staticShared.Value <= UnaskedSharedBytes) return;
        lock (_asking)
        {
            if (sharedBytes <= _askedShared) return;
            Check(cuFuncSetAttribute(_function, DynamicSharedBytes, sharedBytes));
            Volatile.Write(ref _askedShared, sharedBytes);
        }
    }

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
