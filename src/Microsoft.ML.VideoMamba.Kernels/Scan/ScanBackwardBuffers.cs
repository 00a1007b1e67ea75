using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Where one piece of the backward scan keeps what: small enough for the second cache. All vectors have channels across the lanes.</summary>
internal readonly unsafe struct ScanBackwardBuffers
{
    public ScanBackwardBuffers(Scratch scratch, int blocks, int states, int lanes)
    {
        int ofState = blocks * states * lanes, ofChannel = blocks * lanes, ofChunk = ScanKernel.StepsPerChunk * states * lanes;
        Decay = scratch.Take(ofState);
        DDecay = scratch.Take(ofState);
        DState = scratch.Take(ofState);
        Skip = scratch.Take(ofChannel);
        DSkip = scratch.Take(ofChannel);
        Bias = scratch.Take(ofChannel);
        DBias = scratch.Take(ofChannel);
        Factors = scratch.Take(ofChunk);
        DB = scratch.Take(ofChunk);
        DC = scratch.Take(ofChunk);
        States = scratch.Take(ofChunk + states * lanes);
        Delta = scratch.Take(ScanKernel.StepsPerChunk * lanes);
    }

    /// <summary>A log2(e), (block, d_state, lane), and A's gradient.</summary>
    public readonly float* Decay, DDecay;

    /// <summary>Gradient of the state after the step at hand, (block, d_state, lane).</summary>
    public readonly float* DState;

    /// <summary>D, the delta bias and their gradients, (block, lane).</summary>
    public readonly float* Skip, DSkip, Bias, DBias;

    /// <summary>The decay factors of the chunk's steps, (step, d_state, lane), of one block.</summary>
    public readonly float* Factors;

    /// <summary>The states before each of the chunk's steps and after the last, (step + 1, d_state, lane), of one block.</summary>
    public readonly float* States;

    /// <summary>The step sizes after softplus, (step, lane), of one block.</summary>
    public readonly float* Delta;

    /// <summary>Sums over the piece's blocks, (step, d_state, lane).</summary>
    public readonly float* DB, DC;

    /// <summary>Floats needed in all.</summary>
    public static int Size(int blocks, int states, int lanes) =>
        lanes * (3 * blocks * states + 4 * blocks + 4 * ScanKernel.StepsPerChunk * states + states + ScanKernel.StepsPerChunk);

    public void ClearSums(int count)
    {
        NativeMemory.Clear(DB, (nuint)count * sizeof(float));
        NativeMemory.Clear(DC, (nuint)count * sizeof(float));
    }
}
