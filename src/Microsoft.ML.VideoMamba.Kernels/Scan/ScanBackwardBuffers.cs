using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Where one piece of the backward scan keeps what, beside its <see cref="ScanChunk"/>.</summary>
internal readonly unsafe struct ScanBackwardBuffers
{
    private readonly ScanSize _size;

    public ScanBackwardBuffers(ScanSize size, Scratch scratch, int blocks)
    {
        _size = size;
        int ofSteps = ScanSize.StepsPerChunk * size.Lanes, ofRun = ofSteps * ScanSteps.StatesPerRun;
        DA = scratch.TakeZeroed(blocks * size.StateSize);
        DState = scratch.TakeZeroed(blocks * size.StateSize);
        DSkip = scratch.TakeZeroed(blocks * size.Lanes);
        DBias = scratch.TakeZeroed(blocks * size.Lanes);
        DMaps = scratch.Take(ScanSize.StepsPerChunk * size.MapWidth * LaneMath.FoldedLanes);
        States = scratch.Take(ofRun + ScanSteps.StatesPerRun * size.Lanes);
        Factors = scratch.Take(ofRun);
        Dy = scratch.Take(ofSteps);
        Slope = scratch.Take(ofSteps);
        DDeltaU = scratch.Take(ofSteps);
        DExponent = scratch.Take(ofSteps);
    }

    /// <summary>Gradient of A, and of the state after the step at hand, (block, padded d_state, lane).</summary>
    public readonly float* DA, DState;

    /// <summary>Gradients of D and of the step sizes' bias, (block, lane).</summary>
    public readonly float* DSkip, DBias;

    /// <summary>Gradients of B and C, added up over the blocks, (step, padded B | padded C, folded lane).</summary>
    public readonly float* DMaps;

    /// <summary>What <see cref="ScanSteps.Replay"/> keeps of one run of states.</summary>
    public readonly float* States, Factors;

    /// <summary>Of one block, (step, lane): the outputs' gradient ahead of the gate, the softplus's slope, the gradients of delta u and of the exponents.</summary>
    public readonly float* Dy, Slope, DDeltaU, DExponent;

    public void ClearMaps(int steps) => NativeMemory.Clear(DMaps, (nuint)(steps * _size.MapWidth * LaneMath.FoldedLanes) * sizeof(float));

    /// <summary>Adds <see cref="DMaps"/> up and writes them to the rows of a clip's tokens.</summary>
    public void WriteMaps<TLanes>(ScanPass pass, int firstStep, int steps, float* maps)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < steps; i++)
        {
            float* row = maps + pass.Token(_size, clip: 0, firstStep + i) * _size.MapWidth, sums = DMaps + i * _size.MapWidth * LaneMath.FoldedLanes;
            for (int n = 0; n < _size.MapWidth; n += TLanes.Count) TLanes.SumFours(sums + n * LaneMath.FoldedLanes, row + n);
        }
    }
}
