using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>
/// AdamW over blocks of parameters: norm, clipping, decay, moments, rounded copies, moving average and cleared gradients in two passes over the memory.
/// </summary>
public sealed class FusedAdamW : IDisposable
{
    private readonly (double First, double Second) _betas;
    private readonly double _epsilon;
    private readonly IAdamWFace _face;

    /// <summary>Prepares for blocks of one layout.</summary>
    /// <param name="device">A device that <see cref="Takes"/> says yes for.</param>
    /// <param name="groups">The groups in the order in which they lie in the blocks.</param>
    /// <param name="betas">Decay of the first and of the second moment, in [0, 1).</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <exception cref="ArgumentException">There is no group, or the length of one is no multiple of four.</exception>
    public FusedAdamW(Device device, IReadOnlyList<OptimizerGroup> groups, (double First, double Second) betas, double epsilon)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(groups);
        var chunks = AdamWChunk.Cut(groups);
        (_betas, _epsilon) = (betas, epsilon);
        _face = device.type == TorchSharp.DeviceType.CUDA ? new AdamWCuda(device, chunks) : new AdamWCpu(chunks);
    }

    /// <summary>Whether blocks there can be stepped so: in main memory, and on a card that the kernels run on.</summary>
    /// <param name="device">Where they are.</param>
    public static bool Takes(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == TorchSharp.DeviceType.CPU || (device.type == TorchSharp.DeviceType.CUDA && CudaSupport.IsAvailable(Math.Max(0, device.index)));
    }

    /// <summary>Makes a step and sets the gradients to 0; where the gradients' norm is not finite, nothing is changed.</summary>
    /// <param name="blocks">What to move.</param>
    /// <param name="step">How far.</param>
    /// <returns>The gradients' norm before clipping, a scalar on the blocks' device: on a card reading it waits for the step.</returns>
    public Tensor Step(OptimizerBlocks blocks, in OptimizerStep step)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return _face.Step(blocks, Factors(step));
    }

    /// <inheritdoc/>
    public void Dispose() => _face.Dispose();

    private AdamWArguments Factors(in OptimizerStep step) => new()
    {
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
    };
}
