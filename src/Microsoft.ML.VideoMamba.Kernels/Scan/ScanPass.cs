using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What one direction of a scan reads. Kernels take several and add their outputs up.</summary>
internal sealed unsafe class ScanPass
{
    /// <summary>Packs the parameters, channels across the lanes.</summary>
    /// <param name="size">The scan's sizes.</param>
    /// <param name="scratch">Where the packed parameters live: the caller keeps it until the kernels are done.</param>
    /// <param name="a">A, or its logarithm, (channels, d_state), float32, contiguous.</param>
    /// <param name="logarithm">Whether <paramref name="a"/> is log(-A).</param>
    /// <param name="d">D, (channels), float32, contiguous, or null.</param>
    /// <param name="deltaBias">Added to the step sizes, (channels), float32, contiguous, or null.</param>
    /// <param name="projection">(channels, dt_rank), float32, contiguous, where <see cref="StepSizes"/> are of low rank.</param>
    public ScanPass(ScanSize size, Scratch scratch, Tensor a, bool logarithm, Tensor? d, Tensor? deltaBias, Tensor? projection = null)
    {
        (IsLogarithm, Rank) = (logarithm, projection is null ? 0 : (int)projection.size(1));
        Rate = scratch.TakeZeroed(size.Blocks * size.StateSize);
        ChannelLanes.Pack((float*)TensorMemory.Address(a), size.Channels, size.States, size.PaddedStates, size.Lanes, Rate);
        ToRates(size.Blocks * size.StateSize);
        LargestStep = FindLargestSteps(size, scratch);
        Skip = Pack(d, 1);
        Bias = Pack(deltaBias, 1);
        Projection = Pack(projection, Rank);

        float* Pack(Tensor? parameter, int n)
        {
            float* packed = scratch.TakeZeroed(size.Blocks * size.Lanes * n);
            if (parameter is not null) ChannelLanes.Pack((float*)TensorMemory.Address(parameter), size.Channels, n, n, size.Lanes, packed);
            return packed;
        }
    }

    /// <summary>Inputs, (batch, length, channels); those of <see cref="Convolution"/> where there is one.</summary>
    public required TensorRows U { get; init; }

    /// <summary>What makes the inputs, computed again chunk by chunk instead of being kept, or null.</summary>
    public ConvPass? Convolution { get; init; }

    /// <summary>
    /// Step sizes before bias and softplus, (batch, length, channels), or of low rank, (batch, length, <see cref="Rank"/>); these, <see cref="B"/> and
    /// <see cref="C"/> may be float32 beside inputs of another type.
    /// </summary>
    public required TensorRows StepSizes { get; init; }

    /// <summary>Input map, (batch, length, d_state).</summary>
    public required TensorRows B { get; init; }

    /// <summary>Output map, (batch, length, d_state).</summary>
    public required TensorRows C { get; init; }

    /// <summary>State before the first step, (batch, channels, d_state), or null for zeros.</summary>
    public float* InitialState { get; init; }

    /// <summary>Whether softplus is applied to the step sizes.</summary>
    public required bool Softplus { get; init; }

    /// <summary>Which end the recurrence starts from.</summary>
    public required SequenceDirection Direction { get; init; }

    /// <summary>A log2(e), (block, padded d_state, lane).</summary>
    public float* Rate { get; }

    /// <summary>The step size up to which all of a channel's exponents are in range, (block, lane).</summary>
    public float* LargestStep { get; }

    /// <summary>D, (block, lane).</summary>
    public float* Skip { get; }

    /// <summary>The step sizes' bias, (block, lane).</summary>
    public float* Bias { get; }

    /// <summary>What maps <see cref="StepSizes"/> of low rank to channels, (block, rank, lane).</summary>
    public float* Projection { get; }

    /// <summary>dt_rank, or 0 where <see cref="StepSizes"/> has all channels.</summary>
    public int Rank { get; }

    /// <summary>Whether the parameter is log(-A), and so its gradient is wanted.</summary>
    public bool IsLogarithm { get; }

    /// <summary>From a step's token to the next one's.</summary>
    public int Stride => Direction == SequenceDirection.Reverse ? -1 : 1;

    /// <summary>Row of the token that a step is at.</summary>
    public long Token(ScanSize size, int clip, int step) => (long)clip * size.Length + (Direction == SequenceDirection.Reverse ? size.Length - 1 - step : step);

    private float* FindLargestSteps(ScanSize size, Scratch scratch)
    {
        float* steps = scratch.Take(size.Blocks * size.Lanes);
        for (int lane = 0; lane < size.Blocks * size.Lanes; lane++)
        {
            float* rates = Rate + lane / size.Lanes * size.StateSize + lane % size.Lanes;
            float largest = 0;
            for (int n = 0; n < size.PaddedStates; n++) largest = Math.Max(largest, Math.Abs(rates[n * size.Lanes]));
            steps[lane] = LaneMath.LargestExponent / largest;
        }

        return steps;
    }

    private void ToRates(int count)
    {
        for (int i = 0; i < count; i += Lanes128.Count)
        {
            var a = Lanes128.Load(Rate + i);
            if (IsLogarithm) a = Lanes128.Broadcast(0) - Lanes128.Exp2(a * Lanes128.Broadcast(LaneMath.Log2E));
            Lanes128.Store(a * Lanes128.Broadcast(LaneMath.Log2E), Rate + i);
        }
    }
}
