using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>The CPU face: one pass for the norm, one for the step.</summary>
internal sealed unsafe class AdamWCpu(AdamWChunk[] chunks) : IAdamWFace
{
    private readonly double[] _squares = new double[chunks.Length];

    /// <inheritdoc/>
    public Tensor Step(OptimizerBlocks blocks, in AdamWArguments factors)
    {
        var arguments = factors with
        {
            P = (nint)TensorMemory.Address(blocks.Values),
            G = (nint)TensorMemory.Address(blocks.Gradients),
            M = (nint)TensorMemory.Address(blocks.FirstMoment),
            V = (nint)TensorMemory.Address(blocks.SecondMoment),
            Rounded = (nint)TensorMemory.Address(blocks.RoundedValues),
            RoundedG = (nint)TensorMemory.Address(blocks.RoundedGradients),
            Average = (nint)TensorMemory.Address(blocks.Average),
        };
        var (width, type) = (SimdRunner.PreferredWidth, blocks.RoundedValues?.dtype ?? ScalarType.Float32);
        SimdRunner.Run(new AdamWSquaresKernel(arguments, chunks, _squares), width, type);
        float norm = (float)Math.Sqrt(_squares.Sum());
        if (float.IsFinite(norm)) SimdRunner.Run(new AdamWStepKernel(arguments, chunks, norm), width, type);
        GC.KeepAlive(blocks);
        return tensor(norm);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
