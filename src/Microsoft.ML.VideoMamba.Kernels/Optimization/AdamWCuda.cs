using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>The CUDA face: three launches, the norm staying on the card.</summary>
internal sealed class AdamWCuda : IAdamWFace
{
    private const int Threads = 256, NormThreads = 1024;

    private readonly int _count;
    private readonly Tensor _chunks, _squares;
    private readonly CudaKernel<AdamWArguments> _sumSquares, _norm, _step;

    public AdamWCuda(Device device, AdamWChunk[] chunks)
    {
        using var scope = NewDisposeScope();
        _count = chunks.Length;
        _chunks = tensor(MemoryMarshal.AsBytes(chunks.AsSpan()).ToArray(), ScalarType.Byte).to(device).DetachFromDisposeScope();
        _squares = empty([_count], ScalarType.Float32, device).DetachFromDisposeScope();
        var (card, source) = (CudaDevice.Of(_chunks), new KernelSource("adamw.cu"));
        (_sumSquares, _norm, _step) = (card.Kernel<AdamWArguments>(source, "adamw_squares"), card.Kernel<AdamWArguments>(source, "adamw_norm"), card.Kernel<AdamWArguments>(source, "adamw_step"));
    }

    /// <inheritdoc/>
    public Tensor Step(OptimizerBlocks blocks, in AdamWArguments factors)
    {
        var norm = empty([], ScalarType.Float32, blocks.Values.device);
        var arguments = factors with
        {
            Chunks = DeviceMemory.Address(_chunks),
            P = DeviceMemory.Address(blocks.Values),
            G = DeviceMemory.Address(blocks.Gradients),
            M = DeviceMemory.Address(blocks.FirstMoment),
            V = DeviceMemory.Address(blocks.SecondMoment),
            Rounded = DeviceMemory.Address(blocks.RoundedValues),
            RoundedG = DeviceMemory.Address(blocks.RoundedGradients),
            Average = DeviceMemory.Address(blocks.Average),
            Squares = DeviceMemory.Address(_squares),
            Norm = DeviceMemory.Address(norm),
            Count = _count,
        };
        _sumSquares.Launch(arguments, new Grid(_count), Threads);
        _norm.Launch(arguments, new Grid(1), NormThreads);
        _step.Launch(arguments, new Grid(_count), Threads);
        GC.KeepAlive(blocks);
        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _chunks.Dispose();
        _squares.Dispose();
    }
}
