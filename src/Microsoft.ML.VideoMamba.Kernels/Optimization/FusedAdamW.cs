using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>AdamW over blocks of parameters on a CUDA device: norm, clipping, decay, moments, rounded copies, moving average and cleared gradients in three launches.</summary>
public sealed class FusedAdamW : IDisposable
{
    private const int Threads = 256, NormThreads = 1024;

    private readonly (double First, double Second) _betas;
    private readonly double _epsilon;
    private readonly int _count;
    private readonly Tensor _chunks, _squares;
    private readonly CudaKernel<AdamWArguments> _sumSquares, _norm, _step;

    /// <summary>Prepares for blocks of one layout.</summary>
    /// <param name="device">A card that <see cref="Takes"/> says yes for.</param>
    /// <param name="groups">The groups in the order in which they lie in the blocks.</param>
    /// <param name="betas">Decay of the first and of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <exception cref="ArgumentException">There is no group, or the length of one is no multiple of four.</exception>
    public FusedAdamW(Device device, IReadOnlyList<OptimizerGroup> groups, (double First, double Second) betas, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(groups);
        using var scope = NewDisposeScope();
        var chunks = AdamWChunk.Cut(groups);
        (_betas, _epsilon, _count) = (betas, epsilon, chunks.Length);
        _chunks = tensor(MemoryMarshal.AsBytes(chunks.AsSpan()).ToArray(), ScalarType.Byte).to(device).DetachFromDisposeScope();
        _squares = empty([_count], ScalarType.Float32, device).DetachFromDisposeScope();
        var (card, source) = (CudaDevice.Of(_chunks), new KernelSource("adamw.cu"));
        (_sumSquares, _norm, _step) = (card.Kernel<AdamWArguments>(source, "adamw_squares"), card.Kernel<AdamWArguments>(source, "adamw_norm"), card.Kernel<AdamWArguments>(source, "adamw_step"));
    }

    /// <summary>Whether blocks there can be stepped so: on a card that the kernels run on.</summary>
    /// <param name="device">Where they are.</param>
    public static bool Takes(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == TorchSharp.DeviceType.CUDA && CudaSupport.IsAvailable(Math.Max(0, device.index));
    }

    /// <summary>Makes a step and sets the gradients to 0; where the gradients' norm is not finite, nothing is changed.</summary>
    /// <param name="blocks">What to move.</param>
    /// <param name="step">How far.</param>
    /// <returns>The gradients' norm before clipping, a scalar on the card: reading it waits for the step.</returns>
    public Tensor Step(OptimizerBlocks blocks, in OptimizerStep step)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var norm = empty([], ScalarType.Float32, blocks.Values.device);
        var arguments = Arguments(blocks, step, norm);
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

    private AdamWArguments Arguments(OptimizerBlocks blocks, in OptimizerStep step, Tensor norm) => new()
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
        LearningRate = step.LearningRate,
        Decay = step.WeightDecay ?? -1,
        Correction = 1 - Math.Pow(_betas.First, step.Number),
        Scale = (float)step.GradientScale,
        MaxNorm = (float)(step.MaxNorm ?? 0),
        B1 = (float)_betas.First,
        Rest1 = (float)(1 - _betas.First),
        B2 = (float)_betas.Second,
        Rest2 = (float)(1 - _betas.Second),
        RootCorrection = (float)Math.Sqrt(1 - Math.Pow(_betas.Second, step.Number)),
        Epsilon = (float)_epsilon,
        AverageDecay = (float)step.AverageDecay,
        AverageRest = (float)(1 - step.AverageDecay),
        Count = _count,
    };
}
